import {
  AnyEvent,
  type Dimension,
  type EventSelector,
  type Filter,
  type Funnel,
  type Heatmap,
  type Operator,
  type Query,
  type Retention,
} from './types.gen';

/** The question that a query asks, in plain words. */
export function question(query: Query): string {
  const asked = {
    funnel: query.funnel && funnelQuestion(query.funnel),
    retention: query.retention && retentionQuestion(query.retention),
    heatmap: query.heatmap && heatmapQuestion(query.heatmap),
  }[query.queryType];
  const only = query.filters?.length ? ` Counting only events where ${filtersText(query.filters)}.` : '';
  return asked ? asked + only : '';
}

function funnelQuestion({ steps = [], window, breakdown, output }: Funnel): string {
  const [first, ...rest] = steps.map((step) => step.label || eventText(step));
  const within = `within ${windowText(window || '24h')}`;
  const by = breakdown?.property ? `, by ${propertyText(breakdown.property)}` : '';
  return output === 'conversion'
    ? `What share of the users who do ${first} go on to do ${rest.join(', then ')} ${within}${by}?`
    : `How many users do ${[first, ...rest].join(', then ')}, all ${within}${by}?`;
}

function retentionQuestion({
  start = { event: '' },
  return: back = { event: '' },
  cohorts,
  period = 'day',
  mode,
}: Retention): string {
  const first = cohorts === 'recurring' ? '' : ' for the first time';
  const when = mode === 'on_or_after' ? ` or more` : '';
  const given = period === 'day' ? 'on a day' : `in a ${period}`;
  return `Of the users who do ${eventText(start)}${first} ${given}, what share do ${eventText(back)} n${when} ${period}s later?`;
}

function heatmapQuestion({ value, x = 'hour', y = 'weekday', ...selector }: Heatmap): string {
  const axes = `by ${dimensionTexts[x]} and ${dimensionTexts[y]}`;
  return value === 'users'
    ? `How many users do ${eventText(selector)}, ${axes}?`
    : `How often does ${eventText(selector)} happen, ${axes}?`;
}

export function eventText({ event, filters }: EventSelector): string {
  const name = event === AnyEvent ? 'any event' : event || '…';
  return filters?.length ? `${name} (${filtersText(filters)})` : name;
}

const dimensionTexts: Record<Dimension, string> = { hour: 'hour of day', weekday: 'weekday', date: 'date' };

/** Operators as they are read out; the others are their own names. */
export const operatorTexts: Partial<Record<Operator, string>> = {
  in: 'is one of',
  notIn: 'is none of',
  isSet: 'is set',
  isNotSet: 'is not set',
};

function filtersText(filters: Filter[]): string {
  return filters
    .map(({ property, operator, values = [] }) =>
      [propertyText(property), operatorTexts[operator] ?? operator, values.join(', ')].join(' ').trim()
    )
    .join(' and ');
}

export function propertyText(property: string): string {
  return property.replace(/^metadata\./, '') || '…';
}

export const windowUnits = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };

export function windowText(window: string): string {
  const unit = windowUnits[window.slice(-1) as keyof typeof windowUnits];
  const count = window.slice(0, -1);
  return unit ? `${count} ${count === '1' ? unit.slice(0, -1) : unit}` : window;
}
