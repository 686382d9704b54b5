import { t } from './i18n';
import { MaxFilterValues, OperatorValues, type Breakdown, type EventSelector, type Filter } from './types.gen';

/** A part of a query that cannot run as it stands: the field as a path into the JSON, and what to do about it. */
export interface Problem {
  field: string;
  reason: string;
  /** Whether nothing is there yet, as in a new query. */
  isMissing?: boolean;
}

/** Collects what is missing in a query. The back end finds everything else that can be wrong: each rule is in one place. */
export class Checks {
  readonly problems: Problem[] = [];

  missing(field: string, reason: string) {
    this.problems.push({ field, reason, isMissing: true });
  }

  breakdown(field: string, breakdown?: Breakdown) {
    if (breakdown) {
      this.property(`${field}.property`, breakdown.property);
    }
  }

  selector(field: string, selector?: EventSelector) {
    if (!selector?.event) {
      this.missing(`${field}.event`, t('problem.no-event', 'is empty; choose an event, or * for any'));
    }
    this.filters(`${field}.filters`, selector?.filters);
  }

  filters(field: string, filters?: Filter[]) {
    filters?.forEach((filter, i) => this.filter(`${field}[${i}]`, filter));
  }

  property(field: string, name?: string) {
    if (!name) {
      this.missing(field, t('problem.no-property', 'is empty; choose a property'));
    }
  }

  private filter(field: string, { property, operator, values }: Filter) {
    this.property(`${field}.property`, property);
    if (values?.length || operator === 'isSet' || operator === 'isNotSet') {
      return;
    }
    const names = { number: 0, operator, most: MaxFilterValues };
    if (operator === 'in' || operator === 'notIn') {
      this.missing(
        `${field}.values`,
        t('problem.values-some', 'has {{number}} values; the operator {{operator}} takes 1 to {{most}}', names)
      );
    } else if (OperatorValues.some((known) => known === operator)) {
      this.missing(
        `${field}.values`,
        t('problem.values-one', 'has {{number}} values; the operator {{operator}} takes one', names)
      );
    }
  }
}
