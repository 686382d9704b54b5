import { Stack } from '@grafana/ui';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import type { Retention, RetentionWindows } from '../../types.gen';
import { actorChoices } from '../../components/choices';
import { ChoiceField, chosen, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { Options } from '../../components/Options';
import { TextField } from '../../components/TextField';

/** Who is counted, how often and in which periods. */
export function RetentionOptions({ value: retention, onChange }: Part<Retention>) {
  const set = (change: Partial<Retention>) => onChange({ ...retention, ...change });
  return (
    <Options
      paths={['retention.actor', 'retention.windows', 'retention.brackets', 'retention.minOccurrences']}
      summary={summary(retention)}
    >
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ChoiceField
          path="retention.actor"
          label={t('fields.actor', 'Count')}
          radio
          options={actorChoices()}
          value={retention.actor}
          onChange={(actor) => set({ actor })}
        />
        <ChoiceField
          path="retention.windows"
          label={t('retention.windows', 'Periods begin')}
          options={windows()}
          value={retention.windows}
          onChange={(next) => set({ windows: next })}
        />
        <NumberField
          path="retention.minOccurrences"
          label={t('retention.min-occurrences', 'Return events, at least')}
          value={retention.minOccurrences}
          onChange={(minOccurrences) => set({ minOccurrences })}
        />
        <TextField
          path="retention.brackets"
          label={t('retention.brackets', 'Brackets')}
          placeholder={t('retention.brackets-example', 'none; such as 1, 7, 8-30')}
          value={retention.brackets?.join(', ')}
          onChange={(text) => set({ brackets: text ? bracketsOf(text) : undefined })}
        />
      </Stack>
    </Options>
  );
}

/** The brackets of a text such as "1, 7, 8-30". */
function bracketsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function summary({ actor, windows: chosenWindows, minOccurrences, brackets }: Retention): string[] {
  return [
    chosen(actorChoices(), 'retention.actor', actor),
    chosen(windows(), 'retention.windows', chosenWindows),
    t('retention.occurrences', '', {
      count: minOccurrences || defaults.retention.minOccurrences,
      defaultValue_one: 'at least {{count}} return event',
      defaultValue_other: 'at least {{count}} return events',
    }),
    ...(brackets?.length ? [t('retention.bracket-list', 'brackets {{list}}', { list: brackets.join(', ') })] : []),
  ];
}

const windows = (): Array<Choice<RetentionWindows>> => [
  {
    value: 'calendar',
    label: t('retention.calendar', 'By the calendar'),
    description: t('retention.calendar-help', 'At midnight, on the first day of the week or month, at the full hour'),
  },
  {
    value: 'rolling',
    label: t('retention.rolling', 'At the start event'),
    description: t(
      'retention.rolling-help',
      'After 60 minutes, 24 hours or 7 times 24 hours of each user; not for months'
    ),
  },
];
