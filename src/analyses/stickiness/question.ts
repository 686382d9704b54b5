import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import type { Period } from '../../types.gen';
import { amount, ask, eventText } from '../../question/words';

export function stickinessQuestion(s: Filled<'stickiness'>): string {
  const { interval: period } = s;
  const event = eventText(s);
  if (s.output !== 'rate') {
    return ask(periodsText(period, event));
  }
  const values = { event, amount: amount(s.atLeast, period) };
  return ask(
    period === 'day'
      ? t('question.sticky-days', 'What share of the users who do {{event}} do so on at least {{amount}}', values)
      : t('question.sticky', 'What share of the users who do {{event}} do so in at least {{amount}}', values)
  );
}

function periodsText(period: Period, event: string): string {
  switch (period) {
    case 'hour':
      return t('question.in-how-many-hours', 'In how many hours do users do {{event}}', { event });
    case 'week':
      return t('question.in-how-many-weeks', 'In how many weeks do users do {{event}}', { event });
    case 'month':
      return t('question.in-how-many-months', 'In how many months do users do {{event}}', { event });
    default:
      return t('question.on-how-many-days', 'On how many days do users do {{event}}', { event });
  }
}
