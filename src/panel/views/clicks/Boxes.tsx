import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useFormat } from '../../shared/display';
import type { Area } from './area';
import { chipHeight, chipsOf, type Elements } from './beside';

interface Props {
  elements: Elements;
  area: Area;
  /** Pixels for each unit of the area. */
  scale: number;
  /** The row of the element that somebody points at. */
  chosen?: number;
}

/** Where the elements of a page are: boxes around their clicks, with how many. All of it is in the list, too. */
export function Boxes({ elements: { all, fields }, area, scale, chosen }: Props) {
  const styles = useStyles2(getStyles);
  const events = useFormat(fields.events);
  const share = useFormat(fields.share);
  const [x, y] = [(at: number) => (at - area.left) * scale, (at: number) => (at - area.top) * scale];
  const boxes = all
    .filter(({ rank }) => rank)
    .map((element) => {
      const { left, top, right, bottom } = element.area;
      const count = events(fields.events.values[element.row]);
      return {
        element,
        area: { left: x(left), top: y(top), right: Math.min(x(right), x(area.right)), bottom: y(bottom) },
        texts: [`${count} · ${share(fields.share.values[element.row])}`, count],
      };
    });
  const page = { width: x(area.right), height: y(area.bottom) };
  const look = (row: number) => (chosen === undefined ? undefined : chosen === row ? styles.chosen : styles.faint);
  return (
    <div className={styles.all} aria-hidden>
      {boxes.map(({ element: { row }, area: { left, top, right, bottom } }) => (
        <div
          key={row}
          className={cx(styles.box, look(row))}
          style={{ left, top, width: right - left, height: bottom - top }}
        />
      ))}
      {chipsOf(boxes, page).map(({ element: { row, rank }, text, left, top }) => (
        <div key={row} className={cx(styles.chip, look(row))} style={{ left, top }} data-rank={rank}>
          {text}
        </div>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  all: css({ position: 'absolute', inset: 0, pointerEvents: 'none' }),
  // Two lines, so that it is seen upon a light and a dark page.
  box: css({
    position: 'absolute',
    border: `2px solid ${theme.colors.primary.main}`,
    borderRadius: 3,
    boxShadow: `0 0 0 1px ${theme.colors.background.primary}`,
  }),
  chosen: css({ borderWidth: 3, background: theme.colors.action.focus }),
  faint: css({ opacity: 0.25 }),
  chip: css({
    position: 'absolute',
    height: chipHeight,
    padding: '0 6px',
    borderRadius: 3,
    background: theme.colors.primary.main,
    color: theme.colors.primary.contrastText,
    fontSize: 11,
    fontVariantNumeric: 'tabular-nums',
    lineHeight: `${chipHeight}px`,
    whiteSpace: 'nowrap',
  }),
});
