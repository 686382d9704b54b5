import { t } from '../i18n';
import type { Paths } from '../types.gen';
import { actorsText, amount, ask, byText, eventOrAny, windowText } from './words';

export function pathsQuestion(p: Paths): string {
  const values = { actors: actorsText(p.actor), steps: amount(p.steps || 4, 'step'), event: eventOrAny(p) };
  return ask(
    p.direction === 'before'
      ? t('question.paths-before', 'What do {{actors}} do in the {{steps}} before {{event}}', values)
      : t('question.paths-after', 'What do {{actors}} do in the {{steps}} after {{event}}', values),
    p.actor === 'session'
      ? ''
      : t('question.pauses', 'with pauses of at most {{window}}', { window: windowText(p.gap || '30m') }),
    p.property === 'event_type' ? '' : byText({ property: p.property ?? '' }),
    p.keepRepeats ? t('question.repeats', 'repeats apart') : ''
  );
}
