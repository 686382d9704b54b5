import { useStyles2 } from '@grafana/ui';
import { Gap, stay } from './CohortRow';
import { namesOf, titleOf, type CohortTable } from './cohorts';
import type { Layout } from './layout';
import { getStyles } from './styles';

interface Props {
  table: CohortTable;
  layout: Layout;
  /** The periods that are in sight: from, to (excluded). */
  columns: [number, number];
}

/** What the columns are called. */
export function Head({ table, layout, columns: [from, to] }: Props) {
  const styles = useStyles2(getStyles);
  const { size, periods } = table;
  return (
    <tr aria-rowindex={1} style={{ height: layout.row }}>
      {[...namesOf(table).map(({ field }) => field), size].map((field, i) => (
        <th
          key={i}
          scope="col"
          className={field === size ? styles.headSize : styles.headName}
          {...stay(layout, i)}
          title={titleOf(table, field)}
        >
          {titleOf(table, field)}
        </th>
      ))}
      <Gap columns={from} />
      {periods.slice(from, to).map((period, i) => (
        <th
          key={from + i}
          scope="col"
          aria-colindex={layout.left.length + from + i + 1}
          className={styles.headPeriod}
          title={titleOf(table, period)}
        >
          {titleOf(table, period)}
        </th>
      ))}
      <Gap columns={periods.length - to} />
    </tr>
  );
}
