import { t } from '../i18n';
import type { Actor, Interval, Period } from '../types.gen';
import type { Choice } from './ChoiceField';

/** Who is followed and counted. */
export const actorChoices = (): Array<Choice<Actor>> => [
  { value: 'user', label: t('fields.users', 'Users') },
  { value: 'session', label: t('fields.sessions', 'Sessions') },
];

/** Sizes of a bucket of time, which may also follow the range. */
export const intervalChoices = (): Array<Choice<Interval>> => [
  {
    value: 'auto',
    label: t('fields.auto', 'Auto'),
    description: t(
      'fields.auto-text',
      'Hours of up to 3 days, days of up to 120, weeks of up to two years, else months'
    ),
  },
  ...periodChoices(),
];

/** Sizes of a bucket of time. */
export const periodChoices = (): Array<Choice<Period>> => [
  { value: 'hour', label: t('fields.hour', 'Hour') },
  { value: 'day', label: t('fields.day', 'Day') },
  { value: 'week', label: t('fields.week', 'Week') },
  { value: 'month', label: t('fields.month', 'Month') },
];
