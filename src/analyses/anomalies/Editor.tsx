import { Stack } from '@grafana/ui';
import { t } from '../../i18n';
import type { Anomalies, AnomaliesInterval, AnomaliesOutput, AnomaliesValue } from '../../types.gen';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import { actorChoices } from '../../components/choices';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { SelectorEditor } from '../../components/SelectorEditor';
import { WindowField } from '../../components/WindowField';

const outputs = (): Array<Choice<AnomaliesOutput>> => [
  {
    value: 'actors',
    label: t('anomalies.actors', 'Busy users'),
    description: t('anomalies.actors-text', 'Who did too much at once, the busiest first'),
  },
  {
    value: 'actor_count',
    label: t('anomalies.actor-count', 'Number of busy users'),
    description: t('anomalies.actor-count-text', 'One number, for stat panels and alert rules'),
  },
  {
    value: 'actor_peaks',
    label: t('anomalies.actor-peaks', 'Peak of each busy user'),
    description: t('anomalies.actor-peaks-text', 'A number for each, for alert rules with an alert for each'),
  },
  {
    value: 'buckets',
    label: t('anomalies.buckets', 'Unusual times'),
    description: t('anomalies.buckets-text', 'The count over time, with its usual range'),
  },
  {
    value: 'bucket_score',
    label: t('anomalies.bucket-score', 'How unusual it is now'),
    description: t('anomalies.bucket-score-text', 'The score of the last whole interval, for alert rules'),
  },
];

const values = (): Array<Choice<AnomaliesValue>> => [
  { value: 'events', label: t('anomalies.events', 'Events') },
  { value: 'users', label: t('anomalies.users', 'Users') },
];

const intervals = (): Array<Choice<AnomaliesInterval>> => [
  { value: '15m', label: t('anomalies.quarter-hour', '15 minutes') },
  { value: 'hour', label: t('anomalies.hour', 'Hour') },
  { value: 'day', label: t('anomalies.day', 'Day') },
];

export function AnomaliesEditor({ value: anomalies, onChange }: Part<Anomalies>) {
  const set = (change: Partial<Anomalies>) => onChange({ ...anomalies, ...change });
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ChoiceField
          path="anomalies.output"
          label={t('anomalies.output', 'Find')}
          options={outputs()}
          value={anomalies.output}
          onChange={(output) => set({ output })}
        />
        <SelectorEditor
          path="anomalies"
          label={t('anomalies.event', 'Event')}
          of={t('anomalies.of-event', 'the event')}
          value={anomalies}
          onChange={set}
        />
      </Stack>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ActorFields value={anomalies} onChange={set} />
        <BucketFields value={anomalies} onChange={set} />
      </Stack>
    </Stack>
  );
}

/** Who did too much at once. */
function ActorFields({ value: anomalies, onChange }: Part<Anomalies>) {
  const set = (change: Partial<Anomalies>) => onChange({ ...anomalies, ...change });
  const when = !ofBuckets(anomalies);
  return (
    <>
      <ChoiceField
        radio
        path="anomalies.actor"
        when={when}
        label={t('anomalies.actor', 'Who')}
        options={actorChoices()}
        value={anomalies.actor}
        onChange={(actor) => set({ actor })}
      />
      <NumberField
        path="anomalies.moreThan"
        when={when}
        label={t('anomalies.more-than', 'More events than')}
        value={anomalies.moreThan}
        onChange={(moreThan) => set({ moreThan })}
      />
      <WindowField
        path="anomalies.window"
        when={when}
        label={t('anomalies.window', 'Within')}
        value={anomalies.window}
        onChange={(window) => set({ window })}
      />
      <NumberField
        path="anomalies.limit"
        when={when && anomalies.output !== 'actor_count'}
        label={t('anomalies.limit', 'List at most')}
        value={anomalies.limit}
        onChange={(limit) => set({ limit })}
      />
    </>
  );
}

/** What is counted over time, and what it is compared with. */
function BucketFields({ value: anomalies, onChange }: Part<Anomalies>) {
  const set = (change: Partial<Anomalies>) => onChange({ ...anomalies, ...change });
  const when = ofBuckets(anomalies);
  return (
    <>
      <ChoiceField
        radio
        path="anomalies.value"
        when={when}
        label={t('anomalies.value', 'Count')}
        options={values()}
        value={anomalies.value}
        onChange={(value) => set({ value })}
      />
      <ChoiceField
        radio
        path="anomalies.interval"
        when={when}
        label={t('anomalies.interval', 'Interval')}
        options={intervals()}
        value={anomalies.interval}
        onChange={(interval) => set({ interval })}
      />
      <NumberField
        path="anomalies.weeks"
        when={when}
        label={t('anomalies.weeks', 'Weeks to compare with')}
        value={anomalies.weeks}
        onChange={(weeks) => set({ weeks })}
      />
      <NumberField
        path="anomalies.deviations"
        when={anomalies.output === 'buckets'}
        label={t('anomalies.deviations', 'Usual within deviations')}
        value={anomalies.deviations}
        onChange={(deviations) => set({ deviations })}
      />
    </>
  );
}

const ofBuckets = ({ output }: Anomalies) => output === 'buckets' || output === 'bucket_score';
