import { css } from '@emotion/css';
import { getFieldDisplayName, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useFormat } from './display';

/** Conversion rates as large numbers, one for each breakdown value. */
export function ConversionRates({ frame }: { frame: DataFrame }) {
  const styles = useStyles2(getStyles);
  const rate = frame.fields[frame.fields.length - 1];
  const breakdown = frame.fields.find((field) => field.name === 'breakdown');
  const format = useFormat(rate);
  return (
    <dl className={styles.rates}>
      {rate.values.map((value, i) => (
        <div key={i}>
          <dt>{breakdown ? breakdown.values[i] : getFieldDisplayName(rate)}</dt>
          <dd>{format(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  rates: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(4),
    margin: 0,
    dt: { color: theme.colors.text.secondary, fontWeight: 'normal' },
    dd: { margin: 0, fontSize: 44, lineHeight: 1.2, fontWeight: theme.typography.fontWeightMedium },
  }),
});
