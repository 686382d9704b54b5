import type { TimeRange } from '@grafana/data';
import type { ComboboxOption } from '@grafana/ui';
import type { DataSource } from './datasource';
import { t } from './i18n';
import { AnyEvent } from './types.gen';

const anyEventOption = (): ComboboxOption => ({ value: AnyEvent, label: t('fields.any-event', 'Any event') });

/** The choices that the pickers offer for a time range. Names are asked for once, values anew for each search. */
export class Suggestions {
  private readonly names = new Map<string, Promise<ComboboxOption[]>>();

  constructor(
    private readonly datasource: DataSource,
    private readonly range: TimeRange
  ) {}

  events = async (search: string) => {
    const events = await this.once('events', async () =>
      (await this.datasource.events(this.range)).map(({ name, count }) => ({
        value: name,
        description: countText(count),
      }))
    );
    return matching([anyEventOption(), ...events], search);
  };

  properties = async (event: string, search: string) => {
    const properties = await this.once(`properties of ${event}`, async () =>
      (await this.datasource.properties(this.range, event || AnyEvent)).map(({ name, count }) => ({
        value: name,
        // Columns, which every event has, come without a number.
        description: count > 0 ? countText(count) : undefined,
      }))
    );
    return matching(properties, search);
  };

  values = async (event: string, property: string, search: string) => {
    if (!property) {
      return [];
    }
    const values = await this.datasource.values(this.range, event || AnyEvent, property, search);
    return values.map(({ value, count }) => ({ value, description: countText(count) }));
  };

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

function matching(options: ComboboxOption[], search: string) {
  const wanted = search.toLowerCase();
  return options.filter(({ label, value }) => (label ?? value).toLowerCase().includes(wanted));
}

export function eventOption(event: string): ComboboxOption | null {
  return event === AnyEvent ? anyEventOption() : event ? { value: event } : null;
}
