import type { Anomalies } from '../types.gen';
import { actorsText, amount, eventOrAny, intervalTexts, windowText } from './words';

export function anomaliesQuestion(a: Anomalies): string {
  const event = eventOrAny(a);
  const actors = actorsText(a.actor);
  const busy = `do ${event} more than ${amount(a.moreThan || 60, 'time')} within ${windowText(a.window || '1m')}`;
  switch (a.output) {
    case 'actor_count':
      return `How many ${actors} ${busy}?`;
    case 'actor_peaks':
      return `Which ${actors} ${busy}, and how often do they at most?`;
    case 'buckets':
      return `When ${unusualText(a)}, ${intervalTexts[a.interval || 'hour']}, ${comparedText(a)}?`;
    case 'bucket_score':
      return `How unusual is the number of ${a.value || 'events'} of ${event} in the last ${lastTexts[a.interval || 'hour']}, ${comparedText(a)}?`;
    default:
      return `Which ${actors} ${busy}?`;
  }
}

const lastTexts = { '15m': 'quarter hour', hour: 'hour', day: 'day' };

function unusualText(a: Anomalies): string {
  const by = `by more than ${amount(a.deviations || 3.5, 'deviation')}`;
  return a.value === 'users'
    ? `do unusually many or few users do ${eventOrAny(a)}, ${by}`
    : `does ${eventOrAny(a)} happen unusually often or seldom, ${by}`;
}

function comparedText({ weeks }: Anomalies): string {
  return `compared with the ${weeks || 4} weeks before`;
}
