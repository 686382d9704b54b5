import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import { ask, eventText, intervalText } from '../../question/words';

export function lifecycleQuestion(l: Filled<'lifecycle'>): string {
  return ask(
    t('question.lifecycle', 'How many users are new, returning, resurrecting or dormant by {{event}}', {
      event: eventText(l),
    }),
    intervalText(l.interval)
  );
}
