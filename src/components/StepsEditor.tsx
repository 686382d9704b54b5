import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, FieldValidationMessage, IconButton, Stack, useStyles2 } from '@grafana/ui';
import type { FunnelStep } from '../types.gen';
import { useEditor, type Part } from './editor';
import { EventPicker } from './EventPicker';
import { FiltersEditor } from './FiltersEditor';
import { ProblemField } from './ProblemField';
import { TextInput } from './TextInput';

/** The steps of a funnel, one a row, in order. */
export function StepsEditor({ value: steps, onChange }: Part<FunnelStep[]>) {
  const styles = useStyles2(getStyles);
  const { problems } = useEditor();
  const problem = problems.find(({ field }) => field === 'funnel.steps');
  const splice = (at: number, remove: number, ...added: FunnelStep[]) => {
    const next = [...steps];
    next.splice(at, remove, ...added);
    onChange(next);
  };
  return (
    <Stack direction="column" gap={1} alignItems="flex-start">
      <ol className={styles.steps} aria-label="Steps">
        {steps.map((step, i) => (
          <li key={i} className={styles.step} aria-label={`Step ${i + 1}`}>
            <span className={styles.number}>{i + 1}</span>
            <StepFields at={i} value={step} onChange={(next) => splice(i, 1, next)} />
            <div className={styles.actions}>
              <IconButton
                name="arrow-up"
                tooltip={`Move step ${i + 1} up`}
                disabled={i === 0}
                onClick={() => splice(i - 1, 2, step, steps[i - 1])}
              />
              <IconButton
                name="arrow-down"
                tooltip={`Move step ${i + 1} down`}
                disabled={i === steps.length - 1}
                onClick={() => splice(i, 2, steps[i + 1], step)}
              />
              <IconButton name="copy" tooltip={`Duplicate step ${i + 1}`} onClick={() => splice(i, 0, step)} />
              <IconButton name="trash-alt" tooltip={`Remove step ${i + 1}`} onClick={() => splice(i, 1)} />
            </div>
          </li>
        ))}
      </ol>
      {problem && <FieldValidationMessage>{`The funnel ${problem.reason}.`}</FieldValidationMessage>}
      <Button icon="plus" variant="secondary" size="sm" onClick={() => splice(steps.length, 0, { event: '' })}>
        Add step
      </Button>
    </Stack>
  );
}

function StepFields({ at, value: step, onChange }: Part<FunnelStep> & { at: number }) {
  const path = `funnel.steps[${at}]`;
  const name = `step ${at + 1}`;
  return (
    <Stack direction="row" gap={1} alignItems="flex-start" wrap="wrap" grow={1}>
      <ProblemField path={`${path}.event`} name="Event">
        <EventPicker label={`Event of ${name}`} value={step.event} onChange={(event) => onChange({ ...step, event })} />
      </ProblemField>
      <ProblemField path={`${path}.label`} name="Label">
        <TextInput
          aria-label={`Label of ${name}`}
          placeholder="Label (optional)"
          width={22}
          value={step.label ?? ''}
          onChange={(label) => onChange({ ...step, label: label || undefined })}
        />
      </ProblemField>
      <FiltersEditor
        path={`${path}.filters`}
        of={name}
        event={step.event}
        filters={step.filters}
        onChange={(filters) => onChange({ ...step, filters })}
      />
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({ listStyle: 'none', margin: 0, padding: 0, width: '100%', display: 'grid', gap: theme.spacing(0.5) }),
  step: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  number: css({
    flex: 'none',
    width: theme.spacing(3),
    height: theme.spacing(3),
    marginTop: theme.spacing(0.5),
    lineHeight: theme.spacing(3),
    textAlign: 'center',
    borderRadius: theme.shape.radius.circle,
    background: theme.colors.primary.transparent,
    color: theme.colors.primary.text,
    fontSize: theme.typography.bodySmall.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
  }),
  actions: css({
    flex: 'none',
    display: 'flex',
    height: theme.spacing(4),
    alignItems: 'center',
    gap: theme.spacing(0.5),
  }),
});
