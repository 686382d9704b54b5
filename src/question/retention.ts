import type { Retention } from '../types.gen';
import { actorsText, amount, byText, eventText, listText } from './words';

export function retentionQuestion(r: Retention): string {
  const first = r.cohorts === 'recurring' ? '' : ' for the first time';
  const start = `${eventText(r.start ?? { event: '' })}${first}`;
  const actors = actorsText(r.actor);
  if (r.output === 'actors') {
    return actorsQuestion(r, `${actors} who do ${start} in the cohort ${r.actors?.cohort || '…'}`);
  }
  const period = r.period || 'day';
  const given = period === 'day' ? 'on a day' : period === 'hour' ? 'in an hour' : `in a ${period}`;
  return `Of the ${actors} who do ${start} ${given}, what share do ${returnText(r)}${byText(r.breakdown)}?`;
}

function actorsQuestion(r: Retention, cohort: string): string {
  switch (r.actors?.status) {
    case 'all':
      return `Which are the ${cohort}?`;
    case 'not_retained':
      return `Which of the ${cohort} do not do ${returnText(r)}?`;
    default:
      return `Which of the ${cohort} do ${returnText(r)}?`;
  }
}

function returnText(r: Retention): string {
  const times = (r.minOccurrences || 1) > 1 ? ` at least ${r.minOccurrences} times` : '';
  const windows = r.windows === 'rolling' ? ', in rolling windows' : '';
  return `${eventText(r.return ?? { event: '' })}${times} ${laterText(r)}${windows}`;
}

/** When they come back: after n periods, or after those that are asked for. */
function laterText(r: Retention): string {
  const columns = columnTexts(r);
  const period = r.period || 'day';
  if (r.mode !== 'on_or_after') {
    return `${amount(listText(columns), period)} later`;
  }
  return columns.length > 1
    ? `${amount(listText(columns), period)} later or after that`
    : `${columns[0]} or more ${period}s later`;
}

function columnTexts({ output, column, brackets, periods }: Retention): string[] {
  if (output === 'rate' || output === 'actors') {
    return [column || brackets?.[0] || (periods === 1 ? '0' : '1')];
  }
  if (brackets?.length) {
    return brackets;
  }
  return output === 'classic' ? ['1', '7', '30'] : ['n'];
}
