import type { Filled } from '../../defaults';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import type { FunnelStep } from '../../types.gen';
import {
  actorsText,
  amount,
  ask,
  byText,
  enumerate,
  eventText,
  intervalText,
  listText,
  nameText,
  propertyText,
  windowText,
} from '../../question/words';

export function funnelQuestion(f: Filled<'funnel'>): string {
  const options = optionTexts(f);
  const by = breakdownText(f);
  const values = { actors: actorsText(f.actor), steps: stepsText(f), window: windowText(f.window) };
  switch (f.output) {
    case 'conversion':
      return ask(conversionText(f), ...options, by);
    case 'trend':
      return ask(conversionText(f), ...options, intervalText(f.interval), by);
    case 'time_to_convert':
      return ask(
        t('question.funnel-time', 'How long do {{actors}} take to do {{steps}}, all within {{window}}', values),
        ...options,
        by
      );
    case 'actors':
      return ask(whichText(f, { ...values, step: f.actors?.step || defaults['funnel.actors'].step }), ...options);
    default:
      return ask(
        t('question.funnel', 'How many {{actors}} do {{steps}}, all within {{window}}', values),
        ...options,
        by
      );
  }
}

function whichText(f: Filled<'funnel'>, values: Record<string, unknown>): string {
  switch (f.actors?.status) {
    case 'dropped':
      return t(
        'question.funnel-dropped',
        'Which {{actors}} drop off after step {{step}} of {{steps}}, all within {{window}}',
        values
      );
    case 'in_progress':
      return t(
        'question.funnel-in-progress',
        'Which {{actors}} are still in progress after step {{step}} of {{steps}}, all within {{window}}',
        values
      );
    default:
      return t(
        'question.funnel-reached',
        'Which {{actors}} reach step {{step}} of {{steps}}, all within {{window}}',
        values
      );
  }
}

function stepText(step: FunnelStep): string {
  const name = step.label ? nameText(step.label) : eventText(step);
  return step.optional ? t('question.optional-step', 'optionally {{step}}', { step: name }) : name;
}

function stepsText({ steps, order }: Filled<'funnel'>): string {
  const texts = (steps ?? []).map(stepText);
  return order === 'unordered'
    ? t('question.any-order', '{{steps}} in any order', { steps: listText(texts) })
    : inOrder(texts);
}

function inOrder(steps: string[]): string {
  return steps.length
    ? steps.reduce((before, next) => t('question.then', '{{before}}, then {{next}}', { before, next }))
    : '…';
}

/** What the users who begin do, and how many of them do the rest. */
function conversionText(f: Filled<'funnel'>): string {
  const steps = (f.steps ?? []).map(stepText);
  const values = { actors: actorsText(f.actor), window: windowText(f.window) };
  return f.order === 'unordered'
    ? t(
        'question.conversion-any-order',
        'What share of the {{actors}} who do one of {{steps}} do them all, in any order, within {{window}}',
        { ...values, steps: enumerate(steps) }
      )
    : t('question.conversion', 'What share of the {{actors}} who do {{first}} go on to do {{rest}} within {{window}}', {
        ...values,
        first: steps[0] ?? '…',
        rest: inOrder(steps.slice(1)),
      });
}

function optionTexts({ order, entry, exclusions }: Filled<'funnel'>): string[] {
  return [
    order === 'strict' ? t('question.strict', 'with no other step in between') : '',
    exclusions?.length
      ? t('question.with-exclusions', 'with {{exclusions}}', { exclusions: amount(exclusions.length, 'exclusion') })
      : '',
    entry === 'first_start' ? t('question.first-start', 'counted from the first start only') : '',
  ];
}

function breakdownText({ breakdown, breakdownBy }: Filled<'funnel'>): string {
  return breakdownBy === 'last' && breakdown?.property
    ? t('question.by-last-step', 'by {{property}} of the last step', { property: propertyText(breakdown.property) })
    : byText(breakdown);
}
