import type { AdHocVariableFilter } from '@grafana/data';
import type { Filter, Operator } from './types.gen';

/** Grafana's operators that have another name in filters. Operators that filters do not have are refused when the query runs. */
const operators: Record<string, Operator> = { '=|': 'in', '!=|': 'notIn', '=~': 'matches' };

/** A dashboard's ad-hoc filters as filters of a query. Filters that everything passes are left out. */
export function adHocFilters(filters: AdHocVariableFilter[] = []): Filter[] {
  return filters
    .filter((filter) => filter.key && !passesAll(filter))
    .map(({ key, operator, value, values }) => ({
      property: key,
      operator: operators[operator] ?? (operator as Operator),
      values: operator === '=|' || operator === '!=|' ? (values ?? [value]) : [value],
    }));
}

function passesAll({ operator, value, values }: AdHocVariableFilter): boolean {
  return value === '$__all' || Boolean(values?.includes('$__all')) || (operator === '=~' && value === '.*');
}
