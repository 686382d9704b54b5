import { Button, Combobox, IconButton, Stack, Text } from '@grafana/ui';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import type { Exclusion, Funnel } from '../../types.gen';
import type { Part } from '../../components/editor';
import { Named } from '../../components/Named';
import { ListProblem, ProblemField } from '../../components/ProblemField';
import { SelectorEditor } from '../../components/SelectorEditor';
import { stepText } from './Steps';
import { useKeys } from '../../components/useKeys';
import { useSame } from '../../components/useSame';

/** Events that must not happen between two steps of a funnel. */
export function ExclusionsEditor({ value: funnel, onChange }: Part<Funnel>) {
  const { exclusions = [], order } = funnel;
  const change = (next: Exclusion[]) => onChange({ ...funnel, exclusions: next.length ? next : undefined });
  const { keys, ...rows } = useKeys(exclusions.length);
  const add = () => {
    rows.insert(exclusions.length);
    change([...exclusions, { event: '' }]);
  };
  const remove = (at: number) => {
    rows.remove(at);
    change(exclusions.filter((_, i) => i !== at));
  };
  // Exclusions count the steps without the optional ones.
  const steps = funnel.steps.filter(({ optional }) => !optional).map((step, i) => stepText(step, i + 1));
  return (
    <Stack direction="column" gap={1} alignItems="flex-start">
      {exclusions.map((exclusion, i) => (
        <ExclusionRow
          key={keys[i]}
          number={i + 1}
          steps={steps}
          value={exclusion}
          onChange={(next) => change(exclusions.map((other, j) => (j === i ? next : other)))}
          onRemove={() => remove(i)}
        />
      ))}
      <ListProblem path="funnel.exclusions" name={t('funnel.exclusions', 'The list of exclusions')} />
      {order !== 'unordered' && (
        <Button
          icon="plus"
          variant="secondary"
          size="sm"
          tooltip={t('funnel.exclusion-help', 'An event that must not happen between two steps')}
          onClick={add}
        >
          {t('funnel.add-exclusion', 'Add exclusion')}
        </Button>
      )}
    </Stack>
  );
}

interface RowProps extends Part<Exclusion> {
  number: number;
  steps: string[];
  onRemove: () => void;
}

function ExclusionRow({ number, steps, value: exclusion, onChange, onRemove }: RowProps) {
  const path = `funnel.exclusions[${number - 1}]`;
  const name = t('funnel.exclusion', 'exclusion {{number}}', { number });
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <SelectorEditor
        path={path}
        label={t('funnel.excluded-event', 'Excluded event {{number}}', { number })}
        of={name}
        value={exclusion}
        onChange={onChange}
      />
      <ProblemField path={path} label={t('funnel.between', 'Between the steps')}>
        <BetweenSteps name={name} steps={steps} value={exclusion} onChange={onChange} />
      </ProblemField>
      <IconButton
        name="trash-alt"
        tooltip={t('funnel.remove-exclusion', 'Remove {{name}}', { name })}
        onClick={onRemove}
      />
    </Stack>
  );
}

interface BetweenProps extends Part<Exclusion> {
  name: string;
  steps: string[];
  invalid?: boolean;
}

function BetweenSteps({ name, steps, value: exclusion, onChange, invalid }: BetweenProps) {
  const options = useSame(steps.map((label, i) => ({ value: i + 1, label })));
  const last = steps.length;
  return (
    <Stack direction="row" gap={0.5} wrap="wrap" alignItems="center">
      <Named label={t('funnel.exclusion-from', 'First step of {{name}}', { name })}>
        {(labelId) => (
          <Combobox
            aria-labelledby={labelId}
            width={20}
            options={options}
            value={exclusion.from || defaults['funnel.exclusions'].from}
            invalid={invalid}
            onChange={({ value }) => onChange({ ...exclusion, from: value === 1 ? undefined : value })}
          />
        )}
      </Named>
      <Text color="secondary" variant="bodySmall">
        {t('funnel.and', 'and')}
      </Text>
      <Named label={t('funnel.exclusion-to', 'Last step of {{name}}', { name })}>
        {(labelId) => (
          <Combobox
            aria-labelledby={labelId}
            width={20}
            options={options}
            value={exclusion.to || last}
            invalid={invalid}
            onChange={({ value }) => onChange({ ...exclusion, to: value === last ? undefined : value })}
          />
        )}
      </Named>
    </Stack>
  );
}
