import { FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';
import { wordOf } from '../../../said';

/** A retention table: rows of cohorts, in groups where there is a breakdown, each led by the group's mean. */
export interface CohortTable {
  frame: DataFrame;
  breakdown?: Field<string>;
  cohort: Field<string>;
  /** How many users, or sessions, are in a cohort. */
  size: Field<number>;
  /** A share for each row; null in the future. */
  periods: Array<Field<number | null>>;
  /** For each row, the periods whose time is not over. */
  open: Array<Set<string>>;
  /** The rows of the means: the first of each group. */
  means: number[];
}

/** What the server calls the mean over all cohorts (pkg/frames/retention.go). */
const mean = 'weighted mean';

/** Reads a retention table; undefined for a frame that is none. */
export function readCohorts(frame: DataFrame): CohortTable | undefined {
  const fieldOf = (...names: string[]) => frame.fields.find(({ name }) => names.includes(name));
  const [cohort, size, open] = [fieldOf('cohort'), fieldOf('users', 'sessions'), fieldOf('in_progress')];
  const periods = frame.fields.filter(({ type, config }) => type === FieldType.number && config.unit === 'percentunit');
  if (!cohort || !size || !open || periods.length === 0) {
    return undefined;
  }
  return {
    frame,
    cohort,
    size,
    periods,
    breakdown: fieldOf('breakdown'),
    open: open.values.map((names: string | null) => new Set(names?.split(', '))),
    means: cohort.values.flatMap((name, row) => (name === mean ? [row] : [])),
  };
}

/** The fields that name a row, and how their values are said. */
export function namesOf({ breakdown, cohort }: CohortTable) {
  const fields = breakdown ? [breakdown, cohort] : [cohort];
  return fields.map((field) => ({ field, text: (value: string) => wordOf(field, value) }));
}

/** What a field is called. */
export function titleOf({ frame }: CohortTable, field: Field): string {
  return getFieldDisplayName(field, frame);
}

/**
 * The users of a cell. The server's share is this number divided by the size, both whole: rounding the product gives it back exactly
 * (below 2^51). The mean is of no users.
 */
export function countOf(table: CohortTable, period: Field<number | null>, row: number): number | null {
  const share = period.values[row];
  return share === null || table.cohort.values[row] === mean ? null : Math.round(share * table.size.values[row]);
}

/**
 * The share that has the full color. The first period, in which nearly everybody is there, would leave no color to the others, and so
 * would a cohort of a few users: they have the full color, too.
 */
export function fullShare({ periods, cohort }: CohortTable): number {
  const later = periods.filter(({ name }) => !name.endsWith(' 0'));
  const shares = (later.length ? later : periods).flatMap(({ values }) =>
    values.filter((share, row): share is number => share !== null && share > 0 && cohort.values[row] !== mean)
  );
  shares.sort((a, b) => a - b);
  return shares[Math.floor((shares.length - 1) * 0.95)] ?? 1;
}
