import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../i18n';
import { useScale } from './colors';
import { useFormat } from './display';
import type { GridData } from './grids';

/** A matrix whose cells are the darker, the larger their value. A cell that is still in progress is dashed. */
export function Grid({ grid }: { grid: GridData }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const format = useFormat(grid.field);
  const shares = grid.field.config.unit === 'percentunit';
  const color = useScale(shares ? 'dark-green' : 'dark-blue');
  const largest = Math.max(...grid.rows.flatMap(({ cells }) => cells.map((value) => value ?? 0)));
  // The first period's share dwarfs the others: their root tells them apart.
  const depth = (value: number) => (largest ? (shares ? Math.sqrt(value / largest) : value / largest) : 0);
  return (
    <div className={styles.scroll}>
      <table className={styles.grid} aria-label={t('answer.grid', 'Grid of the answer')}>
        <thead>
          <tr>
            <th className={styles.rowName}>{grid.corner}</th>
            {grid.sizes && <th>{grid.sizes}</th>}
            {grid.columns.map((name, i) => (
              <th key={i}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.rows.map((row, at) => (
            <tr key={at}>
              <th className={styles.rowName}>{row.name}</th>
              {grid.sizes && <td className={styles.size}>{row.size?.toLocaleString('en')}</td>}
              {row.cells.map((value, i) => {
                const background = value === null ? undefined : color(depth(value));
                const title = `${row.name}, ${grid.columns[i]}: ${format(value) || t('answer.no-value', 'no value')}`;
                return (
                  <td
                    key={i}
                    className={cx(styles.cell, row.inProgress?.includes(grid.columns[i]) && styles.inProgress)}
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
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflow: 'auto', maxHeight: 1000 }),
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
