import { css } from '@emotion/css';
import { getFieldDisplayName, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import type { PointerEvent } from 'react';
import { t } from '../../../i18n';
import { useFormat } from '../../shared/display';
import { useHint, type Hint } from '../../shared/Hint';
import { Grid } from '../grid/Grid';
import type { ViewProps } from '../view';
import { Density } from './Density';
import { imageFor } from './pages';
import { Ruler, rulerSize } from './Ruler';

/** What the bins of an answer cover (pkg/frames). */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where on a page something happened: a picture for each value of the breakdown. Answers about anything else are a grid. */
export function Clicks(props: ViewProps) {
  const styles = useStyles2(getStyles);
  const { frames, width, height } = props;
  if (!areaOf(frames[0])) {
    return <Grid {...props} />;
  }
  return (
    // What scrolls must be reached with the keyboard.
    <div className={styles.room} style={{ height }} tabIndex={0}>
      {frames.map((frame, i) => (
        <Page key={i} {...props} frame={frame} isNamed={frames.length > 1} width={width} height={height} />
      ))}
    </div>
  );
}

function areaOf(frame: DataFrame): Area | undefined {
  return frame.meta?.custom?.area;
}

/** Of the room across, a page takes at least this share: a long one is scrolled. */
const leastAcross = 0.4;
/** Room for a scroll bar. */
const bar = 16;

interface PageProps extends ViewProps {
  frame: DataFrame;
  isNamed: boolean;
}

function Page({ frame, isNamed, width, height, options }: PageProps) {
  const styles = useStyles2(getStyles);
  const { over, hint } = useHint();
  const [x, y, value] = frame.fields;
  const format = useFormat(value);
  const formatX = useFormat(x);
  const formatY = useFormat(y);
  const area = areaOf(frame)!;
  const [wide, high] = [area.right - area.left, area.bottom - area.top];
  const across = (width - rulerSize.left - bar) / wide;
  const scale = Math.min(across, Math.max((height - rulerSize.top - rulerSize.bottom) / high, leastAcross * across));
  const size = { width: wide * scale, height: high * scale };
  const columns = new Set(x.values).size;
  const rows = frame.length / columns;
  const page = imageFor(options.pages ?? [], area.right);
  const name = getFieldDisplayName(value, frame, [frame]);
  const hintAt = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent) => {
    const column = Math.min(columns - 1, Math.floor((offsetX / size.width) * columns));
    const row = column * rows + Math.min(rows - 1, Math.floor((offsetY / size.height) * rows));
    const from = { x: formatX(x.values[row]), y: formatY(y.values[row]) };
    return {
      title: t('clicks.from', 'from {{x}}, {{y}}', from),
      rows: [[name, format(value.values[row])]],
    } satisfies Hint;
  };
  return (
    <section aria-label={isNamed ? name : undefined}>
      {isNamed && (
        <Text element="h3" variant="h6">
          {name}
        </Text>
      )}
      <Ruler area={area} scale={scale}>
        <div
          className={styles.page}
          style={size}
          role="img"
          aria-label={t('clicks.page', 'Where on the page')}
          {...over(hintAt)}
        >
          {page && (
            <img
              src={page.image}
              alt=""
              referrerPolicy="no-referrer"
              style={{ left: -area.left * scale, top: -area.top * scale, width: page.width * scale }}
            />
          )}
          <Density values={value.values} columns={columns} rows={rows} />
        </div>
      </Ruler>
      {hint}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  room: css({ overflow: 'auto' }),
  page: css({
    position: 'relative',
    overflow: 'hidden',
    background: theme.colors.background.secondary,
    outline: `1px solid ${theme.colors.border.strong}`,
    'img, canvas': { position: 'absolute', maxWidth: 'none', pointerEvents: 'none' },
  }),
});
