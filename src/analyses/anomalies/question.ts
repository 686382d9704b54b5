import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import type { AnomaliesInterval } from '../../types.gen';
import { actorsText, amount, ask, eventText, intervalText, windowText } from '../../question/words';

export function anomaliesQuestion(a: Filled<'anomalies'>): string {
  switch (a.output) {
    case 'actor_count':
      return ask(
        t('question.busy-count', 'How many {{actors}} do {{event}} more than {{times}} within {{window}}', busy(a))
      );
    case 'actor_peaks':
      return ask(whichText(a), t('question.at-most', 'and how often do they at most'));
    case 'buckets':
      return ask(
        whenText(a),
        t('question.deviating', 'by more than {{deviations}}', {
          deviations: amount(a.deviations, 'deviation'),
        }),
        intervalText(a.interval),
        comparedText(a)
      );
    case 'bucket_score':
      return ask(scoreText(a), comparedText(a));
    default:
      return ask(whichText(a));
  }
}

function busy(a: Filled<'anomalies'>) {
  return {
    actors: actorsText(a.actor),
    event: eventText(a),
    times: amount(a.moreThan, 'time'),
    window: windowText(a.window),
  };
}

function whichText(a: Filled<'anomalies'>): string {
  return t('question.busy', 'Which {{actors}} do {{event}} more than {{times}} within {{window}}', busy(a));
}

function whenText(a: Filled<'anomalies'>): string {
  const event = eventText(a);
  return a.value === 'users'
    ? t('question.unusual-users', 'When do unusually many or few users do {{event}}', { event })
    : t('question.unusual-events', 'When does {{event}} happen unusually often or seldom', { event });
}

function scoreText(a: Filled<'anomalies'>): string {
  const values = { event: eventText(a), interval: lastText(a.interval) };
  return a.value === 'users'
    ? t('question.score-users', 'How unusual is the number of users of {{event}} in the last {{interval}}', values)
    : t('question.score-events', 'How unusual is the number of events of {{event}} in the last {{interval}}', values);
}

function lastText(interval: AnomaliesInterval): string {
  switch (interval) {
    case '15m':
      return t('question.last-15m', 'quarter hour');
    case 'day':
      return t('question.last-day', 'day');
    default:
      return t('question.last-hour', 'hour');
  }
}

function comparedText({ weeks }: Filled<'anomalies'>): string {
  return t('question.compared', 'compared with the {{weeks}} weeks before', { weeks: weeks });
}
