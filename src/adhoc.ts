import type { AdHocVariableFilter } from '@grafana/data';
import type { Filter, Operator } from './types.gen';

/** Grafana's operators by another name. Of the others, the ones that filters do not have are refused by name when the query runs. */
const operators: Record<string, Operator> = { '=|': 'in', '!=|': 'notIn', '=~': 'matches' };

/** A dashboard's ad-hoc filters as filters of a query. Those that everything passes are left out. */
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
