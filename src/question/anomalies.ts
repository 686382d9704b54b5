import { t } from '../i18n';
import type { Anomalies, AnomaliesInterval } from '../types.gen';
import { actorsText, amount, ask, eventOrAny, intervalText, windowText } from './words';

export function anomaliesQuestion(a: Anomalies): string {
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
          deviations: amount(a.deviations || 3.5, 'deviation'),
        }),
        intervalText(a.interval || 'hour'),
        comparedText(a)
      );
    case 'bucket_score':
      return ask(scoreText(a), comparedText(a));
    default:
      return ask(whichText(a));
  }
}

function busy(a: Anomalies) {
  return {
    actors: actorsText(a.actor),
    event: eventOrAny(a),
    times: amount(a.moreThan || 60, 'time'),
    window: windowText(a.window || '1m'),
  };
}

function whichText(a: Anomalies): string {
  return t('question.busy', 'Which {{actors}} do {{event}} more than {{times}} within {{window}}', busy(a));
}

function whenText(a: Anomalies): string {
  const event = eventOrAny(a);
  return a.value === 'users'
    ? t('question.unusual-users', 'When do unusually many or few users do {{event}}', { event })
    : t('question.unusual-events', 'When does {{event}} happen unusually often or seldom', { event });
}

function scoreText(a: Anomalies): string {
  const values = { event: eventOrAny(a), interval: lastText(a.interval || 'hour') };
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

function comparedText({ weeks }: Anomalies): string {
  return t('question.compared', 'compared with the {{weeks}} weeks before', { weeks: weeks || 4 });
}
