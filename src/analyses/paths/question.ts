import type { Filled } from '../../defaults';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import { actorsText, amount, ask, byText, eventText, windowText } from '../../question/words';

export function pathsQuestion(p: Filled<'paths'>): string {
  const values = { actors: actorsText(p.actor), steps: amount(p.steps, 'step'), event: eventText(p) };
  return ask(
    p.direction === 'before'
      ? t('question.paths-before', 'What do {{actors}} do in the {{steps}} before {{event}}', values)
      : t('question.paths-after', 'What do {{actors}} do in the {{steps}} after {{event}}', values),
    p.actor === 'session'
      ? ''
      : t('question.pauses', 'with pauses of at most {{window}}', { window: windowText(p.gap) }),
    p.property === defaults.paths.property ? '' : byText({ property: p.property }),
    p.keepRepeats ? t('question.repeats', 'repeats apart') : ''
  );
}
