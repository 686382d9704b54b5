import { t } from '../i18n';
import {
  AnyEvent,
  type Actor,
  type Breakdown,
  type EventSelector,
  type Filter,
  type Interval,
  type Operator,
} from '../types.gen';

/** A question with what is said after its main part, such as ", by channel"; empty clauses are left out. */
export function ask(main: string, ...clauses: string[]): string {
  const sentence = clauses
    .filter(Boolean)
    .reduce((before, clause) => t('question.clause', '{{before}}, {{clause}}', { before, clause }), main);
  return t('question.mark', '{{sentence}}?', { sentence });
}

/** An operator as it is read out. */
export function operatorText(operator: Operator): string {
  switch (operator) {
    case 'in':
      return t('question.operator-in', 'is one of');
    case 'notIn':
      return t('question.operator-not-in', 'is none of');
    case 'isSet':
      return t('question.operator-is-set', 'is set');
    case 'isNotSet':
      return t('question.operator-is-not-set', 'is not set');
    case 'contains':
      return t('question.operator-contains', 'contains');
    case 'matches':
      return t('question.operator-matches', 'matches');
    default:
      return operator;
  }
}

/** Buckets of time, as one follows the other. */
export function intervalText(interval: '15m' | Interval): string {
  switch (interval) {
    case '15m':
      return t('question.by-15m', 'quarter hour by quarter hour');
    case 'auto':
      return t('question.by-auto', 'over time');
    case 'hour':
      return t('question.by-hour', 'hour by hour');
    case 'week':
      return t('question.by-week', 'week by week');
    case 'month':
      return t('question.by-month', 'month by month');
    default:
      return t('question.by-day', 'day by day');
  }
}

export function eventText({ event, filters }: EventSelector): string {
  const name = event === AnyEvent ? t('question.any-event', 'any event') : nameText(event);
  return filters?.length
    ? t('question.event-where', '{{event}} ({{filters}})', { event: name, filters: filtersText(filters) })
    : name;
}

export function filtersText(filters: Filter[]): string {
  return filters
    .map(({ property, operator, values }) =>
      t('question.filter', '{{property}} {{operator}} {{values}}', {
        property: propertyText(property),
        operator: operatorText(operator),
        values: enumerate(values ?? []),
      }).trim()
    )
    .reduce((before, next) => t('question.and-filter', '{{before}} and {{next}}', { before, next }));
}

export function propertyText(property?: string): string {
  return nameText(property?.replace(/^metadata\./, ''));
}

/** A name that users gave, or dots where it is missing. */
export function nameText(name?: string): string {
  return name ? t('question.name', '{{name}}', { name }) : '…';
}

/** The clause of a breakdown; empty without one. */
export function byText(breakdown?: Breakdown): string {
  return breakdown?.property
    ? t('question.by-property', 'by {{property}}', { property: propertyText(breakdown.property) })
    : '';
}

export function actorsText(actor?: Actor): string {
  return actor === 'session' ? t('question.sessions', 'sessions') : t('question.users', 'users');
}

const windowUnits: Record<string, Unit> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' };

export function windowText(window: string): string {
  const unit = windowUnits[window.slice(-1)];
  return unit ? amount(window.slice(0, -1), unit) : window;
}

type Unit = keyof typeof amounts;

/** "1 day", "7 days". The number may also be a list of them. */
export function amount(number: number | string, unit: Unit): string {
  // A saved query may name a unit that there is not.
  const text = amounts[unit] as (typeof amounts)[Unit] | undefined;
  return text ? text(Number(number), String(number)) : `${number} ${unit}`;
}

// The count chooses between one and other; what is no number is other.
const amounts = {
  second: (count: number, number: string) =>
    t('question.seconds', '', {
      count,
      number,
      defaultValue_one: '{{number}} second',
      defaultValue_other: '{{number}} seconds',
    }),
  minute: (count: number, number: string) =>
    t('question.minutes', '', {
      count,
      number,
      defaultValue_one: '{{number}} minute',
      defaultValue_other: '{{number}} minutes',
    }),
  hour: (count: number, number: string) =>
    t('question.hours', '', {
      count,
      number,
      defaultValue_one: '{{number}} hour',
      defaultValue_other: '{{number}} hours',
    }),
  day: (count: number, number: string) =>
    t('question.days', '', {
      count,
      number,
      defaultValue_one: '{{number}} day',
      defaultValue_other: '{{number}} days',
    }),
  week: (count: number, number: string) =>
    t('question.weeks', '', {
      count,
      number,
      defaultValue_one: '{{number}} week',
      defaultValue_other: '{{number}} weeks',
    }),
  month: (count: number, number: string) =>
    t('question.months', '', {
      count,
      number,
      defaultValue_one: '{{number}} month',
      defaultValue_other: '{{number}} months',
    }),
  time: (count: number, number: string) =>
    t('question.times', '', {
      count,
      number,
      defaultValue_one: '{{number}} time',
      defaultValue_other: '{{number}} times',
    }),
  step: (count: number, number: string) =>
    t('question.steps', '', {
      count,
      number,
      defaultValue_one: '{{number}} step',
      defaultValue_other: '{{number}} steps',
    }),
  exclusion: (count: number, number: string) =>
    t('question.exclusions', '', {
      count,
      number,
      defaultValue_one: '{{number}} exclusion',
      defaultValue_other: '{{number}} exclusions',
    }),
  deviation: (count: number, number: string) =>
    t('question.deviations', '', {
      count,
      number,
      defaultValue_one: '{{number}} deviation',
      defaultValue_other: '{{number}} deviations',
    }),
};

/** "a, b, c". */
export function enumerate(items: readonly string[]): string {
  return items.length
    ? items.reduce((before, next) => t('question.list', '{{before}}, {{next}}', { before, next }))
    : '';
}

/** "a, b and c". */
export function listText(items: string[]): string {
  return items.length > 1
    ? t('question.list-and', '{{before}} and {{last}}', {
        before: enumerate(items.slice(0, -1)),
        last: items[items.length - 1],
      })
    : items.join();
}

export function howManyText(value: 'users' | 'sessions', event: string): string {
  const actors = actorsText(value === 'sessions' ? 'session' : 'user');
  return t('question.how-many', 'How many {{actors}} do {{event}}', { actors, event });
}

export function howOftenText(event: string): string {
  return t('question.how-often', 'How often does {{event}} happen', { event });
}
