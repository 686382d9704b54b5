import type { Dimension, Heatmap } from '../types.gen';
import { eventOrAny, propertyText } from './words';

export function heatmapQuestion(h: Heatmap): string {
  const axes = `by ${axisText(h.x || 'hour', h.xProperty)} and ${axisText(h.y || 'weekday', h.yProperty)}`;
  const each = h.breakdown?.property ? `, for each ${propertyText(h.breakdown.property)}` : '';
  return `${countedText(h)}, ${axes}${each}?`;
}

function countedText(h: Heatmap): string {
  const event = eventOrAny(h);
  switch (h.value) {
    case 'users':
    case 'sessions':
      return `How many ${h.value} do ${event}`;
    case 'events_per_user':
      return `How often does ${event} happen per user`;
    default:
      return `How often does ${event} happen`;
  }
}

const timeTexts: Partial<Record<Dimension, string>> = { hour: 'hour of day' };

function axisText(dimension: Dimension, property?: string): string {
  switch (dimension) {
    case 'property':
      return propertyText(property);
    case 'bins':
      return `bins of ${propertyText(property)}`;
    default:
      return timeTexts[dimension] ?? dimension;
  }
}
