import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { useScale } from '../../shared/colors';
import { useFormat } from '../../shared/display';
import { useHint } from '../../shared/Hint';
import type { Area } from './area';
import { depthMarks, type Depths } from './beside';

/** The room that it takes beside the page, in pixels: with words, or with shares alone. */
export const scaleWidth = { wide: 160, narrow: 72 };
const lineHeight = 16;

interface Props {
  depths: Depths;
  area: Area;
  /** Pixels for each unit of the area. */
  scale: number;
  isWide: boolean;
}

/** How far down users came: bands beside the page, the darker the more, and what the marks across it mean. */
export function DepthScale({ depths, area, scale, isWide }: Props) {
  const styles = useStyles2(getStyles);
  const color = useScale('blue');
  const { over, hint } = useHint();
  const { fields, titles } = depths;
  const depthText = useFormat(fields.depth);
  const usersText = useFormat(fields.users);
  const shareText = useFormat(fields.share);
  const y = (row: number) => (fields.depth.values[row] - area.top) * scale;
  const height = (area.bottom - area.top) * scale;
  return (
    <div
      className={styles.scale}
      style={{ width: isWide ? scaleWidth.wide : scaleWidth.narrow, height }}
      role="group"
      aria-label={t('clicks.depths', 'How far down users came')}
    >
      {fields.share.values.slice(0, -1).map((share: number | null, row) => (
        <div
          key={row}
          className={styles.band}
          style={{ top: y(row), height: y(row + 1) - y(row), background: color(share ?? 0) }}
          {...over(() => ({
            title: t('clicks.depth', '{{depth}} and deeper', { depth: depthText(fields.depth.values[row]) }),
            rows: [
              [titles.users, usersText(fields.users.values[row])],
              [titles.share, shareText(share)],
            ],
          }))}
        />
      ))}
      {depthMarks(depths, lineHeight / scale).map((row) => {
        const share = shareText(fields.share.values[row]);
        return (
          <div key={row} className={styles.mark} style={{ top: Math.min(y(row), height - lineHeight) }}>
            {isWide ? t('clicks.came', '{{share}} came this far', { share }) : share}
          </div>
        );
      })}
      {hint}
    </div>
  );
}

/** The marks across the page. */
export function DepthLines({ depths, area, scale }: Omit<Props, 'isWide'>) {
  const styles = useStyles2(getStyles);
  return depthMarks(depths, lineHeight / scale).map((row) => (
    <div key={row} className={styles.line} style={{ top: (depths.fields.depth.values[row] - area.top) * scale }} />
  ));
}

const getStyles = (theme: GrafanaTheme2) => ({
  scale: css({ position: 'relative', flexShrink: 0 }),
  band: css({ position: 'absolute', left: 8, width: 14 }),
  mark: css({
    position: 'absolute',
    left: 28,
    color: theme.colors.text.primary,
    fontSize: 11,
    fontVariantNumeric: 'tabular-nums',
    lineHeight: `${lineHeight}px`,
    whiteSpace: 'nowrap',
  }),
  line: css({
    position: 'absolute',
    left: 0,
    right: 0,
    borderTop: `1px dashed ${theme.colors.text.primary}`,
    pointerEvents: 'none',
  }),
});
