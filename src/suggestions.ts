import type { TimeRange } from '@grafana/data';
import type { ComboboxOption } from '@grafana/ui';
import type { DataSource } from './datasource';
import { t } from './i18n';
import { AnyEvent, SegmentProperty } from './types.gen';

/** Finds what may be chosen; a typed text that is none of it comes last. */
type Search = (search: string) => Promise<ComboboxOption[]>;

const anyEventOption = (): ComboboxOption => ({ value: AnyEvent, label: t('fields.any-event', 'Any event') });

const segmentsOption = (): ComboboxOption => ({
  value: SegmentProperty,
  description: t('fields.segments', 'Groups that the user is in'),
});

/**
 * The choices that the pickers offer for a time range. Names are asked for once, values anew for each search. The same choices are
 * searched by the same function: a picker that is given another one begins anew.
 */
export class Suggestions {
  private readonly names = new Map<string, Promise<ComboboxOption[]>>();
  private readonly searches = new Map<string, Search>();

  constructor(
    private readonly datasource: DataSource,
    private readonly range: TimeRange
  ) {}

  events: Search = async (search) => {
    const events = await this.once('events', async () =>
      (await this.datasource.events(this.range)).map(({ name, count }) => ({
        value: name,
        description: countText(count),
      }))
    );
    return orTyped(matching([anyEventOption(), ...events], search), search);
  };

  /** The properties of an event; for filters, also the segments of its user. */
  properties(event: string, withSegments = false): Search {
    const key = `properties of ${event}`;
    return this.same(withSegments ? `${key}, segments` : key, async (search) => {
      const properties = await this.once(key, async () =>
        (await this.datasource.properties(this.range, event || AnyEvent)).map(({ name, count }) => ({
          value: name,
          // Columns, which every event has, come without a number.
          ...(count > 0 && { description: countText(count) }),
        }))
      );
      return orTyped(matching(withSegments ? [segmentsOption(), ...properties] : properties, search), search);
    });
  }

  values(event: string, property: string): Search {
    return this.same(`values of ${property} of ${event}`, async (search) => {
      if (!property) {
        return [];
      }
      const values = await this.datasource.values(this.range, event || AnyEvent, property, search);
      return orTyped(
        values.map(({ value, count }) => ({
          value,
          description: property === SegmentProperty ? usersText(count) : countText(count),
        })),
        search
      );
    });
  }

  private same(key: string, search: Search): Search {
    const known = this.searches.get(key) ?? search;
    this.searches.set(key, known);
    return known;
  }

  private once(key: string, load: () => Promise<ComboboxOption[]>) {
    const known = this.names.get(key);
    if (known) {
      return known;
    }
    const loading = load();
    this.names.set(key, loading);
    // A failure is shown where the choice is made, and the next opening asks again.
    loading.catch(() => this.names.delete(key));
    return loading;
  }
}

function countText(count: number): string {
  return t('fields.event-count', '', {
    count,
    amount: count.toLocaleString('en'),
    defaultValue_one: '{{amount}} event',
    defaultValue_other: '{{amount}} events',
  });
}

function usersText(count: number): string {
  return t('fields.user-count', '', {
    count,
    amount: count.toLocaleString('en'),
    defaultValue_one: '{{amount}} user',
    defaultValue_other: '{{amount}} users',
  });
}

function matching(options: ComboboxOption[], search: string) {
  const wanted = search.toLowerCase();
  return options.filter(({ label, value }) => (label ?? value).toLowerCase().includes(wanted));
}

function orTyped(options: ComboboxOption[], typed: string): ComboboxOption[] {
  const isOffered = !typed || options.some(({ value, label }) => value === typed || label === typed);
  return isOffered ? options : [...options, { value: typed, description: t('fields.as-typed', 'As typed') }];
}

export function eventOption(event: string): ComboboxOption | null {
  return event === AnyEvent ? anyEventOption() : event ? { value: event } : null;
}
