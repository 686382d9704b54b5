import { t } from '../i18n';
import type { Dimension, Heatmap } from '../types.gen';
import { ask, eventOrAny, howManyText, howOftenText, propertyText } from './words';

export function heatmapQuestion(h: Heatmap): string {
  return ask(
    countedText(h),
    t('question.by-axes', 'by {{x}} and {{y}}', {
      x: axisText(h.x || 'hour', h.xProperty),
      y: axisText(h.y || 'weekday', h.yProperty),
    }),
    h.breakdown?.property
      ? t('question.for-each', 'for each {{property}}', { property: propertyText(h.breakdown.property) })
      : ''
  );
}

function countedText(h: Heatmap): string {
  const event = eventOrAny(h);
  switch (h.value) {
    case 'users':
    case 'sessions':
      return howManyText(h.value, event);
    case 'events_per_user':
      return t('question.how-often-per-user', 'How often does {{event}} happen per user', { event });
    default:
      return howOftenText(event);
  }
}

function axisText(dimension: Dimension, property?: string): string {
  switch (dimension) {
    case 'hour':
      return t('question.axis-hour', 'hour of day');
    case 'weekday':
      return t('question.axis-weekday', 'weekday');
    case 'date':
      return t('question.axis-date', 'date');
    case 'month':
      return t('question.axis-month', 'month');
    case 'bins':
      return t('question.axis-bins', 'bins of {{property}}', { property: propertyText(property) });
    default:
      return propertyText(property);
  }
}
