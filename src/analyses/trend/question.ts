import type { Filled } from '../../defaults';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import {
  ask,
  byText,
  eventText,
  howManyText,
  howOftenText,
  intervalText,
  listText,
  nameText,
} from '../../question/words';

export function trendQuestion(trend: Filled<'trend'>): string {
  const series = trend.series?.length ? trend.series : [defaults['trend.series']];
  const events = series.map((s) => ('label' in s && s.label ? nameText(s.label) : eventText(s)));
  return ask(...countedTexts(trend, events), intervalText(trend.interval), byText(trend.breakdown));
}

/** The main part, and the clause that belongs to it. */
function countedTexts({ value }: Filled<'trend'>, events: string[]): [string, string] {
  switch (value) {
    case 'users':
    case 'sessions':
      return [howManyText(value, andHowMany(events)), ''];
    case 'users_7_days':
      return [howManyText('users', andHowMany(events)), t('question.over-7-days', 'counted over 7 days')];
    case 'users_30_days':
      return [howManyText('users', andHowMany(events)), t('question.over-30-days', 'counted over 30 days')];
    default:
      return [
        events.length > 1
          ? t('question.how-often-each', 'How often do {{events}} happen', { events: listText(events) })
          : howOftenText(events[0]),
        '',
      ];
  }
}

function andHowMany(events: string[]): string {
  return events.reduce((before, next) =>
    t('question.and-how-many', '{{before}}, and how many {{next}}', { before, next })
  );
}
