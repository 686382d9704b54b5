import { Field, InlineSwitch, Stack } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../../i18n';
import type { Funnel, FunnelEntry, FunnelOrder } from '../../types.gen';
import { actorChoices } from '../../components/choices';
import { ChoiceField, chosen, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { ExclusionsEditor } from './Exclusions';
import { Options } from '../../components/Options';

/** How steps must follow each other, who is counted, and what must not happen. */
export function FunnelOptions({ value: funnel, onChange }: Part<Funnel>) {
  const id = useId();
  const set = (change: Partial<Funnel>) => onChange({ ...funnel, ...change });
  return (
    <Options paths={['funnel.order', 'funnel.actor', 'funnel.entry', 'funnel.exclusions']} summary={summary(funnel)}>
      <Stack direction="column" gap={2}>
        <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
          <ChoiceField
            path="funnel.order"
            label={t('funnel.order', 'Order')}
            options={orders()}
            value={funnel.order}
            onChange={(order) => set({ order })}
          />
          <ChoiceField
            path="funnel.actor"
            label={t('fields.actor', 'Count')}
            radio
            options={actorChoices()}
            value={funnel.actor}
            onChange={(actor) => set({ actor })}
          />
          <ChoiceField
            path="funnel.entry"
            label={t('funnel.entry', 'Start with')}
            options={entries()}
            value={funnel.entry}
            onChange={(entry) => set({ entry })}
          />
          <Field label={t('funnel.equal-times', 'Steps at the very same time')} htmlFor={id} noMargin>
            <InlineSwitch
              id={id}
              value={Boolean(funnel.equalTimes)}
              onChange={(event) => set({ equalTimes: event.currentTarget.checked || undefined })}
            />
          </Field>
        </Stack>
        <ExclusionsEditor value={funnel} onChange={onChange} />
      </Stack>
    </Options>
  );
}

function summary({ order, actor, entry, equalTimes, exclusions = [] }: Funnel): string[] {
  return [
    chosen(orders(), 'funnel.order', order),
    chosen(actorChoices(), 'funnel.actor', actor),
    chosen(entries(), 'funnel.entry', entry),
    ...(equalTimes ? [t('funnel.equal-times', 'Steps at the very same time')] : []),
    ...(exclusions.length
      ? [
          t('funnel.exclusion-count', '', {
            count: exclusions.length,
            defaultValue_one: '{{count}} exclusion',
            defaultValue_other: '{{count}} exclusions',
          }),
        ]
      : []),
  ];
}

const orders = (): Array<Choice<FunnelOrder>> => [
  {
    value: 'ordered',
    label: t('funnel.ordered', 'In order'),
    description: t('funnel.ordered-help', 'Other events may happen between the steps'),
  },
  {
    value: 'strict',
    label: t('funnel.strict', 'Strict order'),
    description: t('funnel.strict-help', 'No other step of the funnel happens between two steps'),
  },
  {
    value: 'unordered',
    label: t('funnel.unordered', 'Any order'),
    description: t('funnel.unordered-help', 'The steps happen in whatever order'),
  },
];

const entries = (): Array<Choice<FunnelEntry>> => [
  {
    value: 'any_start',
    label: t('funnel.any-start', 'Any start'),
    description: t('funnel.any-start-help', 'Every event of the first step may begin the funnel; the best one counts'),
  },
  {
    value: 'first_start',
    label: t('funnel.first-start', 'First start only'),
    description: t('funnel.first-start-help', 'Only the earliest event of the first step begins the funnel'),
  },
];
