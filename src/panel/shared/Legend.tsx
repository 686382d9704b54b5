import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** Which color belongs to which series. */
export function Legend({ names, colors }: { names: string[]; colors: string[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.legend}>
      {names.map((name, i) => (
        <li key={name}>
          <span className={styles.swatch} style={{ background: colors[i] }} />
          {name}
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: theme.spacing(2),
    listStyle: 'none',
    marginBottom: theme.spacing(1.5),
    fontSize: theme.typography.bodySmall.fontSize,
    li: { display: 'flex', alignItems: 'center', gap: theme.spacing(0.75) },
  }),
  swatch: css({ width: 14, height: 4, borderRadius: 2 }),
});
