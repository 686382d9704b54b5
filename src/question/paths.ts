import type { Paths } from '../types.gen';
import { actorsText, amount, eventOrAny, propertyText, windowText } from './words';

export function pathsQuestion(p: Paths): string {
  const direction = p.direction || 'after';
  const steps = amount(p.steps || 4, 'step');
  const by = p.property && p.property !== 'event_type' ? `, by ${propertyText(p.property)}` : '';
  const gap = p.actor === 'session' ? '' : `, with pauses of at most ${windowText(p.gap || '30m')}`;
  const repeats = p.keepRepeats ? ', repeats apart' : '';
  return `What do ${actorsText(p.actor)} do in the ${steps} ${direction} ${eventOrAny(p)}${gap}${by}${repeats}?`;
}
