import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import type { Dimension } from '../../types.gen';
import { ask, eventText, howManyText, howOftenText, propertyText } from '../../question/words';

export function heatmapQuestion(h: Filled<'heatmap'>): string {
  return ask(
    countedText(h),
    t('question.by-axes', 'by {{x}} and {{y}}', {
      x: axisText(h.x, h.xProperty),
      y: axisText(h.y, h.yProperty),
    }),
    h.breakdown?.property
      ? t('question.for-each', 'for each {{property}}', { property: propertyText(h.breakdown.property) })
      : ''
  );
}

function countedText(h: Filled<'heatmap'>): string {
  const event = eventText(h);
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
