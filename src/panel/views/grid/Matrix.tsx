import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { useScale } from '../../shared/colors';
import { useFormat } from '../../shared/display';
import type { MatrixData } from './cells';

/** A matrix whose cells are the darker, the larger their value. A cell that is still in progress is dashed. */
export function Matrix({ matrix }: { matrix: MatrixData }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const format = useFormat(matrix.field);
  const shares = matrix.field.config.unit === 'percentunit';
  const color = useScale(shares ? 'dark-green' : 'dark-blue');
  const largest = Math.max(...matrix.rows.flatMap(({ cells }) => cells.map((value) => value ?? 0)));
  // The first period's share dwarfs the others: their root tells them apart.
  const depth = (value: number) => (largest ? (shares ? Math.sqrt(value / largest) : value / largest) : 0);
  return (
    <table className={styles.grid} aria-label={t('answer.grid', 'Grid of the answer')}>
      <thead>
        <tr>
          <th className={styles.rowName}>{matrix.corner}</th>
          {matrix.sizes && <th>{matrix.sizes}</th>}
          {matrix.columns.map((name, i) => (
            <th key={i}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {matrix.rows.map((row, at) => (
          <tr key={at}>
            <th className={styles.rowName}>{row.name}</th>
            {matrix.sizes && <td className={styles.size}>{row.size?.toLocaleString('en')}</td>}
            {row.cells.map((value, i) => {
              const background = value === null ? undefined : color(depth(value));
              const title = `${row.name}, ${matrix.columns[i]}: ${format(value) || t('answer.no-value', 'no value')}`;
              return (
                <td
                  key={i}
                  className={cx(styles.cell, row.inProgress?.includes(matrix.columns[i]) && styles.inProgress)}
                  style={background ? { background, color: theme.colors.getContrastText(background) } : undefined}
                  title={title}
                >
                  {format(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    width: '100%',
    borderCollapse: 'separate',
    borderSpacing: 2,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    th: { color: theme.colors.text.secondary, fontWeight: 'normal', textAlign: 'center', whiteSpace: 'nowrap' },
  }),
  rowName: css({ '&&': { textAlign: 'right', paddingRight: theme.spacing(1) } }),
  size: css({ textAlign: 'right', paddingRight: theme.spacing(1), fontWeight: theme.typography.fontWeightMedium }),
  cell: css({
    minWidth: 40,
    height: 28,
    textAlign: 'center',
    borderRadius: 2,
    background: theme.colors.background.secondary,
  }),
  inProgress: css({ outline: `1px dashed ${theme.colors.text.secondary}`, outlineOffset: -2 }),
});
