import { AnyEvent, type Trend } from '../types.gen';
import { byText, eventText, intervalTexts, listText } from './words';

export function trendQuestion(t: Trend): string {
  const series = t.series?.length ? t.series : [{ event: AnyEvent }];
  const events = series.map((s) => ('label' in s && s.label) || eventText(s));
  return `${countedText(t, events)}, ${intervalTexts[t.interval || 'day']}${byText(t.breakdown)}?`;
}

function countedText({ value }: Trend, events: string[]): string {
  switch (value) {
    case 'users':
    case 'sessions':
      return `How many ${value} do ${events.join(', and how many ')}`;
    case 'users_7_days':
      return `How many users do ${events.join(', and how many ')}, counted over 7 days`;
    case 'users_30_days':
      return `How many users do ${events.join(', and how many ')}, counted over 30 days`;
    default:
      return `How often ${events.length > 1 ? 'do' : 'does'} ${listText(events)} happen`;
  }
}
