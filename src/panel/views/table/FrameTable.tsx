import { css, cx } from '@emotion/css';
import { FieldType, getFieldDisplayName, type DataFrame, type Field, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { wordOf } from '../../../said';
import { useFormat } from '../../shared/display';

interface Props {
  frame: DataFrame;
  timeZone: string;
}

/** A frame as a plain table. */
export function FrameTable({ frame, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <table className={styles.table} aria-label={t('answer.table-of', 'Table of the answer')}>
      <thead>
        <tr>
          {frame.fields.map((field, i) => (
            <th key={i} className={cx(field.type === FieldType.number && styles.number)}>
              {getFieldDisplayName(field, frame, [frame])}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: frame.length }, (_, row) => (
          <tr key={row}>
            {frame.fields.map((field, i) => (
              <Cell key={i} field={field} row={row} timeZone={timeZone} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ field, row, timeZone }: { field: Field; row: number; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const format = useFormat(field, timeZone);
  return (
    <td className={cx(field.type === FieldType.number && styles.number)}>{format(textOf(field, field.values[row]))}</td>
  );
}

/** Grafana's table leaves some values untranslated for its links. This table has no links, so it translates them. */
function textOf(field: Field, value: unknown) {
  return field.type === FieldType.string && typeof value === 'string' ? wordOf(field, value) : value;
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    'th, td': { padding: theme.spacing(0.5, 1), textAlign: 'left', whiteSpace: 'nowrap' },
    th: {
      position: 'sticky',
      top: 0,
      background: theme.components.panel.background,
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightMedium,
    },
    td: { borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
  number: css({ '&&': { textAlign: 'right' } }),
});
