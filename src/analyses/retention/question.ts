import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import { actorsText, amount, ask, byText, eventText, listText } from '../../question/words';
import { ClassicBrackets, type Period } from '../../types.gen';
import { defaultColumn } from './columns';

export function retentionQuestion(r: Filled<'retention'>): string {
  const rolling = r.windows === 'rolling' ? t('question.rolling', 'in rolling windows') : '';
  return r.output === 'actors' ? ask(whichText(r), rolling) : ask(shareText(r), rolling, byText(r.breakdown));
}

/** The users who start. */
function cohortText(r: Filled<'retention'>): string {
  const values = { actors: actorsText(r.actor), event: eventText(r.start ?? { event: '' }) };
  return r.cohorts === 'recurring'
    ? t('question.cohort', '{{actors}} who do {{event}}', values)
    : t('question.cohort-first-time', '{{actors}} who do {{event}} for the first time', values);
}

function shareText(r: Filled<'retention'>): string {
  const values = { cohort: cohortText(r), comeBack: comeBackText(r) };
  switch (r.period) {
    case 'hour':
      return t('question.retention-hour', 'Of the {{cohort}} in an hour, what share do {{comeBack}}', values);
    case 'week':
      return t('question.retention-week', 'Of the {{cohort}} in a week, what share do {{comeBack}}', values);
    case 'month':
      return t('question.retention-month', 'Of the {{cohort}} in a month, what share do {{comeBack}}', values);
    default:
      return t('question.retention-day', 'Of the {{cohort}} on a day, what share do {{comeBack}}', values);
  }
}

function whichText(r: Filled<'retention'>): string {
  const cohort = t('question.named-cohort', '{{actors}} in the cohort {{name}}', {
    actors: cohortText(r),
    name: r.actors?.cohort || '…',
  });
  switch (r.actors?.status) {
    case 'all':
      return t('question.cohort-all', 'Which are the {{cohort}}', { cohort });
    case 'not_retained':
      return t('question.cohort-not-retained', 'Which of the {{cohort}} do not do {{comeBack}}', {
        cohort,
        comeBack: comeBackText(r),
      });
    default:
      return t('question.cohort-retained', 'Which of the {{cohort}} do {{comeBack}}', {
        cohort,
        comeBack: comeBackText(r),
      });
  }
}

/** What the users who come back do, how often and when. */
function comeBackText(r: Filled<'retention'>): string {
  const values = { event: eventText(r.return ?? { event: '' }), later: laterText(r) };
  const least = r.minOccurrences;
  return least > 1
    ? t('question.come-back-often', '{{event}} at least {{times}} {{later}}', {
        ...values,
        times: amount(least, 'time'),
      })
    : t('question.come-back', '{{event}} {{later}}', values);
}

/** When they come back: after n periods, or after the periods that are asked for. */
function laterText(r: Filled<'retention'>): string {
  const columns = columnTexts(r);
  const { period } = r;
  const after = amount(listText(columns), period);
  if (r.mode !== 'on_or_after') {
    return t('question.later', '{{amount}} later', { amount: after });
  }
  return columns.length > 1
    ? t('question.later-or-after', '{{amount}} later or after that', { amount: after })
    : orMoreText(period, columns[0]);
}

function orMoreText(period: Period, number: string): string {
  switch (period) {
    case 'hour':
      return t('question.hours-or-more', '{{number}} or more hours later', { number });
    case 'week':
      return t('question.weeks-or-more', '{{number}} or more weeks later', { number });
    case 'month':
      return t('question.months-or-more', '{{number}} or more months later', { number });
    default:
      return t('question.days-or-more', '{{number}} or more days later', { number });
  }
}

function columnTexts(r: Filled<'retention'>): string[] {
  if (r.output === 'rate' || r.output === 'actors') {
    return [r.column || defaultColumn(r)];
  }
  if (r.brackets?.length) {
    return r.brackets;
  }
  return r.output === 'classic' ? [...ClassicBrackets] : ['n'];
}
