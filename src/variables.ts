import {
  CustomVariableSupport,
  getDefaultTimeRange,
  type DataQueryRequest,
  type DataQueryResponse,
  type MetricFindValue,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { from, type Observable } from 'rxjs';
import { VariableEditor } from './components/VariableEditor';
import type { DataSource } from './datasource';
import { AnyEvent, SegmentProperty } from './types.gen';

export const variableKinds = ['events', 'properties', 'values', 'segments', 'tags'] as const;

/** What a dashboard variable lists. */
export interface VariableQuery extends DataQuery {
  kind: (typeof variableKinds)[number];
  /** Whose properties or values are listed; any event by default. */
  event?: string;
  /** Whose values are listed. */
  property?: string;
  /** Only values that contain this text are listed. */
  search?: string;
}

export class Variables extends CustomVariableSupport<DataSource, VariableQuery> {
  editor = VariableEditor;

  constructor(private readonly datasource: DataSource) {
    super();
  }

  query({ targets, range, scopedVars }: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    return from(
      this.list(targets[0], range ?? getDefaultTimeRange(), scopedVars).then((data) => ({ data: data.map(asValue) }))
    );
  }

  /** Variables in the query stand for the first of their values: one list is of one event and one property. */
  private async list(query: VariableQuery, range: TimeRange, scopedVars: ScopedVars): Promise<string[]> {
    const filled = (text = '') => this.datasource.expander(scopedVars ?? {}).texts(text)[0] ?? '';
    const event = filled(query.event) || AnyEvent;
    const values = async (property: string) =>
      (await this.datasource.values(range, event, property, filled(query.search))).map(({ value }) => value);
    switch (query.kind) {
      case 'properties':
        return (await this.datasource.properties(range, event)).map(({ name }) => name);
      case 'values':
        return query.property ? values(filled(query.property)) : [];
      case 'segments':
        return values(SegmentProperty);
      case 'tags':
        // A profile's tags are one text.
        return [...new Set((await values('profile.tags')).flatMap((tags) => tags.split(',')))].sort();
      default:
        return (await this.datasource.events(range)).map(({ name }) => name);
    }
  }
}

function asValue(text: string): MetricFindValue {
  return { text, value: text };
}
