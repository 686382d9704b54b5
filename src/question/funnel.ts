import type { ActorStatus, Funnel } from '../types.gen';
import { actorsText, amount, byText, eventText, intervalTexts, listText, windowText } from './words';

export function funnelQuestion(f: Funnel): string {
  const actors = actorsText(f.actor);
  const within = `within ${windowText(f.window || '24h')}`;
  const options = optionTexts(f)
    .map((text) => `, ${text}`)
    .join('');
  const by =
    f.breakdownBy === 'last' && f.breakdown?.property ? `${byText(f.breakdown)} of the last step` : byText(f.breakdown);
  const all = `${stepsText(f)}, all ${within}${options}`;
  switch (f.output) {
    case 'conversion':
      return `What share of the ${actors} who ${conversionText(f)} ${within}${options}${by}?`;
    case 'trend':
      return `What share of the ${actors} who ${conversionText(f)} ${within}${options}, ${intervalTexts[f.interval || 'day']}${by}?`;
    case 'time_to_convert':
      return `How long do ${actors} take to do ${all}${by}?`;
    case 'actors':
      return `Which ${actors} ${statusTexts[f.actors?.status || 'reached']} step ${f.actors?.step || 1} of ${all}?`;
    default:
      return `How many ${actors} do ${all}${by}?`;
  }
}

const statusTexts: Record<ActorStatus, string> = {
  reached: 'reach',
  dropped: 'drop off after',
  in_progress: 'are still in progress after',
};

function stepTexts({ steps }: Funnel): string[] {
  return (steps ?? []).map((step) => (step.optional ? 'optionally ' : '') + (step.label || eventText(step)));
}

function stepsText(f: Funnel): string {
  const steps = stepTexts(f);
  return f.order === 'unordered' ? `${listText(steps)} in any order` : steps.join(', then ');
}

/** What those who begin do, and what those who convert do. */
function conversionText(f: Funnel): string {
  const [first, ...rest] = stepTexts(f);
  return f.order === 'unordered'
    ? `do one of ${stepTexts(f).join(', ')} do them all, in any order,`
    : `do ${first} go on to do ${rest.join(', then ')}`;
}

function optionTexts({ order, entry, exclusions }: Funnel): string[] {
  return [
    order === 'strict' ? 'with no other step in between' : '',
    exclusions?.length ? `with ${amount(exclusions.length, 'exclusion')}` : '',
    entry === 'first_start' ? 'counted from the first start only' : '',
  ].filter(Boolean);
}
