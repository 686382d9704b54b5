import { t } from '../i18n';
import type { EventSelector, Interval } from '../types.gen';
import { ChoiceField, type Choice } from './ChoiceField';
import type { Part } from './editor';
import { SelectorEditor } from './SelectorEditor';

/** The part of a query about when users are active. */
type Activity<I> = EventSelector & { interval?: I };

/** By what users are active, and in which intervals. */
export function ActivityFields<I extends Interval>({
  path,
  intervals,
  value,
  onChange,
}: Part<Activity<I>> & { path: string; intervals: Array<Choice<I>> }) {
  return (
    <>
      <SelectorEditor
        path={path}
        label={t('activity.event', 'Active by')}
        of={t('activity.of-event', 'the event')}
        value={value}
        onChange={(selector) => onChange({ ...value, ...selector })}
      />
      <ChoiceField
        radio
        path={`${path}.interval`}
        label={t('activity.interval', 'Interval')}
        options={intervals}
        value={value.interval}
        onChange={(interval) => onChange({ ...value, interval })}
      />
    </>
  );
}
