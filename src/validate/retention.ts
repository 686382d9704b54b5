import { t } from '../i18n';
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
import { enumerate } from '../question/words';
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
    t(
      'problem.rolling-months',
      'is rolling, but months have no fixed length; use calendar windows, or hours, days or weeks'
    )
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
    t('problem.many-brackets', 'has {{number}} entries; at most {{most}} are allowed', {
      number: brackets.length,
      most: MaxPeriods,
    })
  );
  let before = -1;
  brackets.forEach((text, i) => {
    const at = `retention.brackets[${i}]`;
    const from = bracketStart(text);
    if (from === undefined) {
      checks.add(
        at,
        t(
          'problem.no-bracket',
          'is {{bracket}}; write a number of periods such as 7, or a first and a later last one such as 8-30, from 0 to {{most}}',
          { bracket: quote(text), most: MaxBracketPeriod }
        )
      );
      return;
    }
    checks.check(
      from > before,
      at,
      t(
        'problem.bracket-order',
        'is {{bracket}}, which begins no later than the bracket before it; put brackets in order',
        { bracket: quote(text) }
      )
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
    checks.check(
      brackets.includes(wanted),
      'retention.column',
      t('problem.not-a-bracket', 'is {{column}}; use one of the brackets: {{brackets}}', {
        column: quote(wanted),
        brackets: enumerate(brackets),
      })
    );
    return;
  }
  const count = periods || 8;
  const wanted = column || (count === 1 ? '0' : '1');
  checks.check(
    /^(0|[1-9]\d*)$/.test(wanted) && Number(wanted) < count,
    'retention.column',
    t('problem.not-a-column', 'is {{column}}; use 0 to {{last}}', { column: quote(wanted), last: count - 1 })
  );
}

function validateActors(checks: Checks, { output, actors, breakdown }: Retention) {
  if (actors) {
    checks.text('retention.actors.cohort', actors.cohort);
    checks.oneOf('retention.actors.status', actors.status || 'retained', RetentionStatusValues);
    checks.row('retention.actors.value', actors.value, breakdown);
  } else if (output === 'actors') {
    checks.missing('retention.actors', t('problem.no-cohort', 'is missing: name the cohort whose actors to list'));
  }
}
