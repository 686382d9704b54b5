import { Stack } from '@grafana/ui';
import { ActivityFields } from '../../components/ActivityFields';
import { t } from '../../i18n';
import type { Stickiness, StickinessOutput } from '../../types.gen';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import { periodChoices } from '../../components/choices';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';

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
      <ActivityFields path="stickiness" intervals={periodChoices()} value={stickiness} onChange={set} />
      <ChoiceField
        path="stickiness.output"
        label={t('activity.output', 'Answer as')}
        options={outputs()}
        value={stickiness.output}
        onChange={(output) => set({ output })}
      />
      <NumberField
        path="stickiness.atLeast"
        when={stickiness.output === 'rate'}
        label={t('activity.at-least', 'Active in at least')}
        value={stickiness.atLeast}
        onChange={(atLeast) => set({ atLeast })}
      />
    </Stack>
  );
}
