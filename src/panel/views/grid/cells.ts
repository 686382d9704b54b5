import { FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';
import { wordOf } from '../../../said';

/** A matrix with named rows and columns. A null cell has no value. */
export interface MatrixData {
  /** The title of the rows' names, if they have names. */
  corner: string;
  /** The title of the rows' sizes, if they have sizes. */
  sizes?: string;
  columns: string[];
  rows: MatrixRow[];
  /** The field with the cells' values. */
  field: Field;
}

export interface MatrixRow {
  name: string;
  size?: number;
  cells: Array<number | null>;
  /** Columns of cells whose time is not over. */
  inProgress?: string[];
}

/** A retention table: cohort (perhaps with a breakdown's value), users, a share for each period, and the periods that are not over. */
export function cohortsMatrix(frame: DataFrame): MatrixData {
  const { fields } = frame;
  const [breakdown, cohort, open] = ['breakdown', 'cohort', 'in_progress'].map((name) =>
    fields.find((field) => field.name === name)
  );
  const [users] = countsOf(fields);
  const periods = sharesOf(fields);
  const shown = (field: Field) => getFieldDisplayName(field, frame, [frame]);
  const wordAt = (field: Field | undefined, i: number) => (field ? wordOf(field, field.values[i]) : '');
  return {
    corner: [breakdown, cohort].map((field) => (field ? shown(field) : '')).join(' '),
    sizes: shown(users),
    columns: periods.map(shown),
    rows: Array.from({ length: frame.length }, (_, i) => ({
      name: [wordAt(breakdown, i), wordAt(cohort, i)].join(' ').trim(),
      size: users.values[i],
      cells: periods.map(({ values }) => values[i]),
      inProgress: periods.filter(({ name }) => open?.values[i]?.split(', ').includes(name)).map(shown),
    })),
    field: periods[0],
  };
}

function sharesOf(fields: Field[]): Field[] {
  return fields.filter(({ config }) => config.unit === 'percentunit');
}

function countsOf(fields: Field[]): Field[] {
  return fields.filter(({ type, config }) => type === FieldType.number && config.unit !== 'percentunit');
}
