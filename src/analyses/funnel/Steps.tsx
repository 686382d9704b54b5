import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, IconButton, InlineSwitch, Stack, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { t } from '../../i18n';
import type { FunnelStep } from '../../types.gen';
import type { Part } from '../../components/editor';
import { EventPicker } from '../../components/EventPicker';
import { FiltersEditor } from '../../components/FiltersEditor';
import { ListProblem, ProblemField } from '../../components/ProblemField';
import { SortableList } from '../../components/SortableList';
import { TextInput } from '../../components/TextInput';
import { moveItem, useKeys } from '../../components/useKeys';

interface Props extends Part<FunnelStep[]> {
  /** Whether a step between others can be optional. */
  isOrdered: boolean;
}

/** The steps of a funnel, one a row, in order. */
export function StepsEditor({ value: steps, isOrdered, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const { keys, ...rows } = useKeys(steps.length);
  const [added, setAdded] = useState<number>();
  const insert = (at: number, step: FunnelStep) => {
    rows.insert(at);
    onChange([...steps.slice(0, at), step, ...steps.slice(at)]);
  };
  const add = () => {
    setAdded(steps.length);
    insert(steps.length, { event: '' });
  };
  const remove = (at: number) => {
    rows.remove(at);
    onChange(steps.filter((_, i) => i !== at));
  };
  const move = (from: number, to: number) => {
    rows.move(from, to);
    onChange(moveItem(steps, from, to));
  };
  return (
    <Stack direction="column" gap={0.5} alignItems="flex-start">
      <SortableList label={t('funnel.steps', 'Steps')} keys={keys} nameOf={(i) => nameOf(i + 1)} onMove={move}>
        {(i, handle) => (
          <>
            <span className={styles.number}>{i + 1}</span>
            <StepFields
              number={i + 1}
              isNew={i === added}
              canBeOptional={isOrdered && i > 0 && i < steps.length - 1}
              value={steps[i]}
              onChange={(next) => onChange(steps.map((step, j) => (j === i ? next : step)))}
            />
            <div className={styles.actions}>
              <IconButton
                name="copy"
                tooltip={t('funnel.duplicate-step', 'Duplicate {{name}}', { name: nameOf(i + 1) })}
                onClick={() => insert(i + 1, steps[i])}
              />
              <IconButton
                name="trash-alt"
                tooltip={t('funnel.remove-step', 'Remove {{name}}', { name: nameOf(i + 1) })}
                onClick={() => remove(i)}
              />
              {handle}
            </div>
          </>
        )}
      </SortableList>
      <ListProblem path="funnel.steps" name={t('funnel.the-funnel', 'The funnel')} />
      <Button icon="plus" variant="secondary" size="sm" onClick={add}>
        {t('funnel.add-step', 'Add step')}
      </Button>
    </Stack>
  );
}

interface StepProps extends Part<FunnelStep> {
  number: number;
  /** Takes the focus when it comes, which also scrolls it into view. */
  isNew: boolean;
  canBeOptional: boolean;
}

function StepFields({ number, isNew, canBeOptional, value: step, onChange }: StepProps) {
  const styles = useStyles2(getStyles);
  const path = `funnel.steps[${number - 1}]`;
  const optional = t('funnel.optional', 'Optional');
  return (
    <div className={styles.fields}>
      <ProblemField path={`${path}.event`} name={t('fields.event', 'Event')}>
        <EventPicker
          label={t('funnel.event-of-step', 'Event of step {{number}}', { number })}
          value={step.event}
          autoFocus={isNew}
          onChange={(event) => onChange({ ...step, event })}
        />
      </ProblemField>
      <ProblemField path={`${path}.label`} name={t('funnel.label', 'Label')}>
        <TextInput
          aria-label={t('funnel.label-of-step', 'Label of step {{number}}', { number })}
          placeholder={t('funnel.label-placeholder', 'Label (optional)')}
          width={20}
          value={step.label ?? ''}
          onChange={(label) => onChange({ ...step, label: label || undefined })}
        />
      </ProblemField>
      <ProblemField path={`${path}.optional`} name={optional} when={canBeOptional || Boolean(step.optional)}>
        <InlineSwitch
          showLabel
          label={optional}
          aria-label={t('funnel.step-is-optional', 'Step {{number}} is optional', { number })}
          value={Boolean(step.optional)}
          onChange={(event) => onChange({ ...step, optional: event.currentTarget.checked || undefined })}
        />
      </ProblemField>
      <FiltersEditor
        path={`${path}.filters`}
        of={nameOf(number)}
        event={step.event}
        filters={step.filters}
        onChange={(filters) => onChange({ ...step, filters })}
      />
    </div>
  );
}

function nameOf(number: number): string {
  return t('funnel.step', 'step {{number}}', { number });
}

/** A step among others: "2. pay_order". */
export function stepText({ label, event }: FunnelStep, number: number): string {
  return `${number}. ${label || event}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  fields: css({
    display: 'flex',
    flex: 1,
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    minWidth: 0,
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
