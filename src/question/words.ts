import { AnyEvent, type Actor, type Breakdown, type EventSelector, type Filter, type Operator } from '../types.gen';

/** Operators as they are read out; the others are their own names. */
export const operatorTexts: Partial<Record<Operator, string>> = {
  in: 'is one of',
  notIn: 'is none of',
  isSet: 'is set',
  isNotSet: 'is not set',
};

export const windowUnits = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };

/** Buckets of time, as one follows the other. */
export const intervalTexts = {
  '15m': 'quarter hour by quarter hour',
  hour: 'hour by hour',
  day: 'day by day',
  week: 'week by week',
  month: 'month by month',
};

export function eventText({ event, filters }: EventSelector): string {
  const name = event === AnyEvent ? 'any event' : event || '…';
  return filters?.length ? `${name} (${filtersText(filters)})` : name;
}

/** The event of an analysis that takes any event by default. */
export function eventOrAny(selector: EventSelector): string {
  return eventText({ ...selector, event: selector.event || AnyEvent });
}

export function filtersText(filters: Filter[]): string {
  return filters
    .map(({ property, operator, values }) =>
      [propertyText(property), operatorTexts[operator] ?? operator, values?.join(', ')].join(' ').trim()
    )
    .join(' and ');
}

export function propertyText(property?: string): string {
  return property?.replace(/^metadata\./, '') || '…';
}

export function byText(breakdown?: Breakdown): string {
  return breakdown?.property ? `, by ${propertyText(breakdown.property)}` : '';
}

export function actorsText(actor?: Actor): string {
  return actor === 'session' ? 'sessions' : 'users';
}

export function windowText(window: string): string {
  const unit = windowUnits[window.slice(-1) as keyof typeof windowUnits];
  return unit ? amount(window.slice(0, -1), unit.slice(0, -1)) : window;
}

/** "1 day", "7 days". */
export function amount(count: number | string, unit: string): string {
  return `${count} ${String(count) === '1' ? unit : `${unit}s`}`;
}

/** "a, b and c". */
export function listText(items: string[]): string {
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}` : items.join();
}
