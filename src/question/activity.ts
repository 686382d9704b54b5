import type { Lifecycle, Stickiness } from '../types.gen';
import { amount, eventOrAny, intervalTexts } from './words';

export function lifecycleQuestion(l: Lifecycle): string {
  const by = intervalTexts[l.interval || 'day'];
  return `How many users are new, returning, resurrecting or dormant by ${eventOrAny(l)}, ${by}?`;
}

export function stickinessQuestion(s: Stickiness): string {
  const period = s.interval || 'day';
  const event = eventOrAny(s);
  return s.output === 'rate'
    ? `What share of the users who do ${event} do so ${inText[period].toLowerCase()} at least ${amount(s.atLeast || 2, period)}?`
    : `${inText[period]} how many ${period}s do users do ${event}?`;
}

const inText = { hour: 'In', day: 'On', week: 'In', month: 'In' };
