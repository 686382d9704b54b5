import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { useFormat } from '../../shared/display';
import { Linked } from '../../shared/Linked';
import type { Elements } from './beside';

/** In pixels. */
export const listRowHeight = 32;

interface Props {
  elements: Elements;
  width: number;
  height: number;
  onChoose: (row?: number) => void;
}

/** What was clicked, with how often and by how many. */
export function ElementList({ elements: { all, fields, titles }, width, height, onChoose }: Props) {
  const styles = useStyles2(getStyles);
  const events = useFormat(fields.events);
  const users = useFormat(fields.users);
  const share = useFormat(fields.share);
  return (
    // What scrolls must be reached with the keyboard.
    <div className={styles.room} style={{ width, height }} tabIndex={0}>
      <table className={styles.table} aria-label={t('clicks.elements', 'Elements of the page')}>
        <thead>
          <tr>
            <th scope="col">{titles.element}</th>
            <th scope="col">{titles.events}</th>
            <th scope="col">{titles.share}</th>
            <th scope="col">{titles.users}</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ row, name }) => (
            <tr key={row} onPointerEnter={() => onChoose(row)} onPointerLeave={() => onChoose()}>
              <th scope="row" title={name}>
                {name}
                <div className={styles.bar} style={{ width: `${(fields.share.values[row] ?? 0) * 100}%` }} />
              </th>
              <td>
                <Linked field={fields.events} row={row}>
                  {events(fields.events.values[row])}
                </Linked>
              </td>
              <td>{share(fields.share.values[row])}</td>
              <td>
                <Linked field={fields.users} row={row}>
                  {users(fields.users.values[row])}
                </Linked>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  room: css({ flexShrink: 0, overflow: 'auto' }),
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    tr: { height: listRowHeight },
    'th, td': { padding: theme.spacing(0, 1), textAlign: 'right', whiteSpace: 'nowrap' },
    // As wide as the numbers leave, whatever is in it.
    'th:first-child': {
      width: '100%',
      minWidth: 80,
      maxWidth: 0,
      paddingLeft: 0,
      overflow: 'hidden',
      textAlign: 'left',
      textOverflow: 'ellipsis',
    },
    'thead th': {
      position: 'sticky',
      top: 0,
      background: theme.components.panel.background,
      color: theme.colors.text.secondary,
      fontWeight: 'normal',
    },
    'tbody th': { fontWeight: 'normal' },
    'tbody th, tbody td': { borderTop: `1px solid ${theme.colors.border.weak}` },
    'tbody tr:hover': { background: theme.colors.action.hover },
  }),
  bar: css({ height: 3, marginTop: 2, borderRadius: 2, background: theme.colors.primary.main }),
});
