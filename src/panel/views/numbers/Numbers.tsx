import { css } from '@emotion/css';
import { FieldType, getFieldDisplayName, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { wordOf } from '../../../said';
import { useFormat } from '../../shared/display';
import type { ViewProps } from '../view';

/** Numbers as in a stat panel, each below its name: a breakdown value, a user, or the field's own name. */
export function Numbers({ frames: [frame] }: ViewProps) {
  const styles = useStyles2(getStyles);
  const number = frame.fields[frame.fields.length - 1];
  const names = frame.fields.find((field) => field.type === FieldType.string);
  const format = useFormat(number);
  return (
    <dl className={styles.numbers}>
      {number.values.map((value, i) => (
        <div key={i}>
          <dt>{names ? wordOf(names, names.values[i]) : getFieldDisplayName(number, frame, [frame])}</dt>
          <dd>{format(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  numbers: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(4),
    margin: 0,
    dt: { color: theme.colors.text.secondary, fontWeight: 'normal' },
    dd: { margin: 0, fontSize: 44, lineHeight: 1.2, fontWeight: theme.typography.fontWeightMedium },
  }),
});
