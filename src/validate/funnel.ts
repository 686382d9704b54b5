import { t } from '../i18n';
import {
  ActorStatusValues,
  ActorValues,
  BreakdownByValues,
  FunnelEntryValues,
  FunnelOrderValues,
  FunnelOutputValues,
  MaxBins,
  MaxSteps,
  PeriodValues,
  type Exclusion,
  type Funnel,
} from '../types.gen';
import type { Checks } from './checks';

export function validateFunnel(checks: Checks, f: Funnel) {
  validateSteps(checks, f);
  checks.window('funnel.window', f.window || '24h', '366d');
  checks.oneOf('funnel.actor', f.actor || 'user', ActorValues);
  checks.oneOf('funnel.order', f.order || 'ordered', FunnelOrderValues);
  checks.oneOf('funnel.entry', f.entry || 'any_start', FunnelEntryValues);
  validateExclusions(checks, f);
  checks.oneOf('funnel.breakdownBy', f.breakdownBy || 'first', BreakdownByValues);
  checks.breakdown('funnel.breakdown', f.breakdown);
  validateOutput(checks, f);
}

function validateSteps(checks: Checks, { steps, order }: Funnel) {
  const count = steps?.length ?? 0;
  checks.check(
    count >= 2 && count <= MaxSteps,
    'funnel.steps',
    t('problem.step-count', 'has {{number}} steps; a funnel has 2 to {{most}}', { number: count, most: MaxSteps })
  );
  steps?.forEach((step, i) => {
    const at = `funnel.steps[${i}]`;
    checks.selector(at, step);
    if (step.optional && (i === 0 || i === count - 1)) {
      checks.add(
        `${at}.optional`,
        t('problem.optional-end', 'is set on the first or last step; only a step between others can be optional')
      );
    } else if (step.optional && order === 'unordered') {
      checks.add(
        `${at}.optional`,
        t(
          'problem.optional-unordered',
          'is set in an unordered funnel, where no step comes between others; make the order ordered or strict'
        )
      );
    }
    checks.text(`${at}.label`, step.label);
  });
}

function validateExclusions(checks: Checks, { steps, exclusions, order }: Funnel) {
  const list = exclusions ?? [];
  checks.check(
    list.length <= MaxSteps - (steps?.length ?? 0),
    'funnel.exclusions',
    t('problem.many-exclusions', 'has {{number}} entries; steps and exclusions together are at most {{most}}', {
      number: list.length,
      most: MaxSteps,
    })
  );
  const last = steps?.filter((step) => !step.optional).length ?? 0;
  list.forEach((exclusion, i) => {
    const at = `funnel.exclusions[${i}]`;
    if (order === 'unordered') {
      checks.add(
        at,
        t(
          'problem.exclusion-unordered',
          'is not possible in an unordered funnel, where no step comes between others; make the order ordered or strict'
        )
      );
    } else {
      validateExclusion(checks, at, exclusion, last);
    }
  });
}

function validateExclusion(checks: Checks, at: string, exclusion: Exclusion, last: number) {
  const from = exclusion.from || 1;
  const to = exclusion.to || last;
  checks.selector(at, exclusion);
  checks.check(
    from >= 1 && to <= last && from < to,
    at,
    t(
      'problem.exclusion-between',
      'lies between steps {{from}} and {{to}}; use two different steps out of 1 to {{last}}, in order',
      { from, to, last }
    )
  );
}

function validateOutput(checks: Checks, { output, interval, bins, actors, steps, breakdown }: Funnel) {
  checks.oneOf('funnel.output', output || 'steps', FunnelOutputValues);
  checks.oneOf('funnel.interval', interval || 'day', PeriodValues);
  checks.count('funnel.bins', bins || 20, 1, MaxBins);
  if (actors) {
    const step = actors.step || 1;
    const count = steps?.length ?? 0;
    checks.check(
      step >= 1 && step <= count,
      'funnel.actors.step',
      t('problem.no-step', 'is {{step}}; the funnel has steps 1 to {{last}}', { step, last: count })
    );
    checks.oneOf('funnel.actors.status', actors.status || 'reached', ActorStatusValues);
    checks.row('funnel.actors.value', actors.value, breakdown);
  }
}
