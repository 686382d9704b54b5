import {
  ActorValues,
  CohortsValues,
  MaxBracketPeriod,
  MaxOccurrences,
  MaxPeriods,
  PeriodValues,
  RetentionModeValues,
  RetentionOutputValues,
  RetentionStatusValues,
  RetentionWindowsValues,
  type Retention,
} from '../types.gen';
import { quote, type Checks } from './checks';

export function validateRetention(checks: Checks, r: Retention) {
  checks.selector('retention.start', r.start);
  checks.selector('retention.return', r.return);
  checks.oneOf('retention.actor', r.actor || 'user', ActorValues);
  checks.oneOf('retention.cohorts', r.cohorts || 'first_time', CohortsValues);
  checks.oneOf('retention.period', r.period || 'day', PeriodValues);
  checks.count('retention.periods', r.periods || 8, 1, MaxPeriods);
  validateBrackets(checks, r.brackets ?? []);
  checks.oneOf('retention.windows', r.windows || 'calendar', RetentionWindowsValues);
  checks.check(
    r.windows !== 'rolling' || r.period !== 'month',
    'retention.windows',
    'is rolling, but months have no fixed length; use calendar windows, or hours, days or weeks'
  );
  checks.oneOf('retention.mode', r.mode || 'on', RetentionModeValues);
  checks.count('retention.minOccurrences', r.minOccurrences || 1, 1, MaxOccurrences);
  checks.breakdown('retention.breakdown', r.breakdown);
  checks.oneOf('retention.output', r.output || 'table', RetentionOutputValues);
  if (r.output === 'rate' || r.output === 'actors') {
    validateColumn(checks, r);
  }
  validateActors(checks, r);
}

function validateBrackets(checks: Checks, brackets: string[]) {
  checks.check(
    brackets.length <= MaxPeriods,
    'retention.brackets',
    `has ${brackets.length} entries; at most ${MaxPeriods} are allowed`
  );
  let before = -1;
  brackets.forEach((text, i) => {
    const at = `retention.brackets[${i}]`;
    const from = bracketStart(text);
    if (from === undefined) {
      checks.add(
        at,
        `is ${quote(text)}; write a number of periods such as 7, or a first and a later last one such as 8-30, from 0 to ${MaxBracketPeriod}`
      );
      return;
    }
    checks.check(
      from > before,
      at,
      `is ${quote(text)}, which begins no later than the bracket before it; put brackets in order`
    );
    before = from;
  });
}

/** The first period of a bracket such as 7 or 8-30; undefined where it is none. */
function bracketStart(text: string): number | undefined {
  const parts = /^(0|[1-9]\d*)(?:-([1-9]\d*))?$/.exec(text);
  if (!parts) {
    return undefined;
  }
  const from = Number(parts[1]);
  const to = Number(parts[2] ?? from);
  const isRange = parts[2] !== undefined;
  return to <= MaxBracketPeriod && (!isRange || from < to) ? from : undefined;
}

function validateColumn(checks: Checks, { brackets, periods, column }: Retention) {
  if (brackets?.length) {
    const wanted = column || brackets[0];
    const reason = `is ${quote(wanted)}; use one of the brackets: ${brackets.join(', ')}`;
    checks.check(brackets.includes(wanted), 'retention.column', reason);
    return;
  }
  const count = periods || 8;
  const wanted = column || (count === 1 ? '0' : '1');
  checks.check(
    /^(0|[1-9]\d*)$/.test(wanted) && Number(wanted) < count,
    'retention.column',
    `is ${quote(wanted)}; use 0 to ${count - 1}`
  );
}

function validateActors(checks: Checks, { output, actors }: Retention) {
  if (actors) {
    checks.text('retention.actors.cohort', actors.cohort);
    checks.oneOf('retention.actors.status', actors.status || 'retained', RetentionStatusValues);
  } else if (output === 'actors') {
    checks.add('retention.actors', 'is missing: name the cohort whose actors to list');
  }
}
