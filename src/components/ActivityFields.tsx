import { t } from '../i18n';
import type { Lifecycle } from '../types.gen';
import { ChoiceField } from './ChoiceField';
import { periodChoices } from './choices';
import type { Part } from './editor';
import { SelectorEditor } from './SelectorEditor';

/** By what users are active, and in which intervals. */
export function ActivityFields({ path, value, onChange }: Part<Lifecycle> & { path: string }) {
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
        options={periodChoices()}
        value={value.interval}
        onChange={(interval) => onChange({ ...value, interval })}
      />
    </>
  );
}
