import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import { eventText, propertyText } from '../../question/words';

export function annotationsQuestion(a: Filled<'annotations'>): string {
  const event = eventText(a);
  return a.mode === 'first_of'
    ? t('annotation.question-first-of', 'When did {{event}} first happen with each value of {{property}}?', {
        event,
        property: propertyText(a.property),
      })
    : t('annotation.question-every', 'When did {{event}} happen?', { event });
}
