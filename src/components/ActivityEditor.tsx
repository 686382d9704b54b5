import { Stack } from '@grafana/ui';
import { orAnyEvent } from '../defaults';
import { t } from '../i18n';
import type { Lifecycle, Stickiness, StickinessOutput } from '../types.gen';
import { ChoiceField, type Choice } from './ChoiceField';
import { periodChoices } from './choices';
import type { Part } from './editor';
import { NumberField } from './NumberField';
import { SelectorEditor } from './SelectorEditor';

export function LifecycleEditor({ value, onChange }: Part<Lifecycle>) {
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <ActivityFields path="lifecycle" value={value} onChange={onChange} />
    </Stack>
  );
}

const outputs = (): Array<Choice<StickinessOutput>> => [
  {
    value: 'table',
    label: t('activity.table', 'Table'),
    description: t(
      'activity.table-text',
      'A row for each number of intervals: users with as many, and with at least as many'
    ),
  },
  {
    value: 'rate',
    label: t('activity.rate', 'Rate'),
    description: t('activity.rate-text', 'One number, for stat panels and alert rules'),
  },
];

export function StickinessEditor({ value: stickiness, onChange }: Part<Stickiness>) {
  const set = (change: Partial<Stickiness>) => onChange({ ...stickiness, ...change });
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <ActivityFields path="stickiness" value={stickiness} onChange={set} />
      <ChoiceField
        path="stickiness.output"
        label={t('activity.output', 'Answer as')}
        options={outputs()}
        fallback="table"
        value={stickiness.output}
        onChange={(output) => set({ output })}
      />
      <NumberField
        path="stickiness.atLeast"
        when={stickiness.output === 'rate'}
        label={t('activity.at-least', 'Active in at least')}
        fallback={2}
        value={stickiness.atLeast}
        onChange={(atLeast) => set({ atLeast })}
      />
    </Stack>
  );
}

/** By what users are active, and in which intervals. */
function ActivityFields({ path, value, onChange }: Part<Lifecycle> & { path: string }) {
  return (
    <>
      <SelectorEditor
        path={path}
        label={t('activity.event', 'Active by')}
        of={t('activity.of-event', 'the event')}
        value={orAnyEvent(value)}
        onChange={(selector) => onChange({ ...value, ...selector })}
      />
      <ChoiceField
        radio
        path={`${path}.interval`}
        label={t('activity.interval', 'Interval')}
        options={periodChoices()}
        fallback="day"
        value={value.interval}
        onChange={(interval) => onChange({ ...value, interval })}
      />
    </>
  );
}
