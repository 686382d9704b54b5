import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useScale } from './colors';

interface Props {
  /** The name of the color of the greatest value. */
  hue: string;
  from: string;
  to: string;
  /** In pixels. */
  height: number;
}

/** Which color is how much. */
export function ScaleLegend({ hue, from, to, height }: Props) {
  const styles = useStyles2(getStyles);
  const color = useScale(hue);
  return (
    <div className={styles.legend} style={{ height }}>
      {from}
      <span className={styles.bar} style={{ background: `linear-gradient(to right, ${color(0)}, ${color(1)})` }} />
      {to}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'flex-end',
    gap: theme.spacing(1),
    paddingRight: theme.spacing(1),
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
  bar: css({ width: 120, height: 8, borderRadius: 2, border: `1px solid ${theme.colors.border.weak}` }),
});
