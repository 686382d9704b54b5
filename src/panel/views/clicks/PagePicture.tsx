import { css } from '@emotion/css';
import { getFieldDisplayName, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import { useState, type PointerEvent } from 'react';
import { t } from '../../../i18n';
import type { PanelOptions } from '../../options';
import { useFormat } from '../../shared/display';
import { useHint, type Hint } from '../../shared/Hint';
import { cutText } from '../../shared/text';
import { columnsShown, type Area } from './area';
import { elementsAt, type Depths, type Elements } from './beside';
import { Boxes } from './Boxes';
import { Density } from './Density';
import { DepthLines, DepthScale, scaleWidth } from './DepthScale';
import { imageBy, imageFor, viewportOf } from './pages';
import { buttonRoom, OnPage, useOnPage } from './OnPage';
import { Ruler, rulerSize } from './Ruler';

/** Of the room across, a page takes at least this share: a long one is scrolled. */
const leastAcross = 0.4;
/** Room for a scroll bar. */
const bar = 16;
/** From this width on, the depths are said in words. */
const widthWithWords = 480;
/** A hint names so many elements around its place, each up to a width in pixels. */
const mostAround = 3;
const nameWidth = 220;

interface Props {
  frame: DataFrame;
  area: Area;
  elements?: Elements;
  depths?: Depths;
  /** The row of the element that somebody points at. */
  chosen?: number;
  isNamed: boolean;
  width: number;
  height: number;
  options: PanelOptions;
}

/** One page, with the density of what happened on it. */
export function PagePicture(props: Props) {
  const { frame, area: whole, elements, depths, chosen, isNamed, width, height, options } = props;
  const styles = useStyles2(getStyles);
  const { over, hint } = useHint();
  const [x, y, value] = frame.fields;
  const format = useFormat(value);
  const formatX = useFormat(x);
  const formatY = useFormat(y);
  const { page, viewport } = frame.meta?.custom ?? {};
  const onPage = useOnPage(frame);
  const image = useImage(options, { page, viewport: viewport ?? viewportOf(whole.right) }, whole.right);
  const all = new Set(x.values).size;
  const rows = frame.length / all;
  const columns = columnsShown(value.values, all, rows, whole, viewport, image.width);
  const area = { ...whole, right: whole.left + ((whole.right - whole.left) * columns) / all };
  const [wide, high] = [area.right - area.left, area.bottom - area.top];
  const isWide = width >= widthWithWords;
  const besides = depths ? scaleWidth[isWide ? 'wide' : 'narrow'] : 0;
  const across = (width - rulerSize.left - bar - besides) / wide;
  const scale = Math.min(
    across,
    Math.max((height - (onPage ? buttonRoom : 0) - rulerSize.top - rulerSize.bottom) / high, leastAcross * across)
  );
  const size = { width: wide * scale, height: high * scale };
  const name = getFieldDisplayName(value, frame, [frame]);
  const hintAt = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent) => {
    const column = Math.min(columns - 1, Math.floor((offsetX / size.width) * columns));
    const row = column * rows + Math.min(rows - 1, Math.floor((offsetY / size.height) * rows));
    const from = { x: formatX(x.values[row]), y: formatY(y.values[row]) };
    const around = elements ? elementsAt(elements, area.left + offsetX / scale, area.top + offsetY / scale) : [];
    return {
      title: t('clicks.from', 'from {{x}}, {{y}}', from),
      rows: [
        [name, format(value.values[row])],
        ...around
          .slice(0, mostAround)
          .map((one): Hint['rows'][number] => [
            cutText(one.name, nameWidth),
            format(elements!.fields.events.values[one.row]),
          ]),
      ],
    } satisfies Hint;
  };
  return (
    <section aria-label={isNamed ? name : undefined}>
      {isNamed && (
        <Text element="h3" variant="h6">
          {name}
        </Text>
      )}
      {onPage && <OnPage {...onPage} unit={options.pageUnit ?? 'pixels'} />}
      {image.missing && <Missing address={image.missing} />}
      <Ruler area={area} scale={scale}>
        <div
          className={styles.page}
          style={size}
          role="img"
          aria-label={t('clicks.page', 'Where on the page')}
          {...over(hintAt)}
        >
          {image.src && (
            <img
              src={image.src}
              alt=""
              referrerPolicy="no-referrer"
              onLoad={image.onLoad}
              onError={image.onError}
              style={{ left: -area.left * scale, top: -area.top * scale, width: (image.width ?? 0) * scale }}
            />
          )}
          <Density values={value.values.slice(0, columns * rows)} columns={columns} rows={rows} />
          {depths && <DepthLines {...{ depths, area, scale }} />}
          {elements && <Boxes {...{ elements, area, scale, chosen }} />}
        </div>
        {depths && <DepthScale {...{ depths, area, scale, isWide }} />}
      </Ruler>
      {hint}
    </section>
  );
}

/**
 * The image of a page: by its address, else of those that are listed. One that cannot be loaded is noted, and the next is tried. How wide the
 * page is in an image by its address is seen when it is there: a pixel of it is one of the page.
 */
function useImage({ pageUrl = '', pages = [] }: PanelOptions, shown: Parameters<typeof imageBy>[1], right: number) {
  const [missing, setMissing] = useState<string[]>([]);
  const [loaded, setLoaded] = useState<{ src: string; width: number }>();
  const address = imageBy(pageUrl, shown);
  const listed = imageFor(pages, right);
  const sources = [address && { src: address, width: undefined }, listed && { src: listed.image, width: listed.width }];
  const tried = sources.filter((source) => source !== undefined && source !== '');
  const source = tried.find(({ src }) => !missing.includes(src));
  const src = source?.src;
  return {
    src,
    width: source?.width ?? (loaded && loaded.src === src ? loaded.width : undefined),
    missing: tried.find((one) => missing.includes(one.src))?.src,
    onLoad: ({ currentTarget: { naturalWidth } }: { currentTarget: HTMLImageElement }) =>
      src && setLoaded({ src, width: naturalWidth }),
    onError: () => src && setMissing([...missing, src]),
  };
}

function Missing({ address }: { address: string }) {
  const name = address.startsWith('data:') ? t('clicks.uploaded', '(uploaded)') : address;
  return (
    <div role="status">
      <Text variant="bodySmall" color="warning">
        {t('clicks.missing-image', 'The image of the page could not be loaded: {{name}}', { name })}
      </Text>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    position: 'relative',
    overflow: 'hidden',
    background: theme.colors.background.secondary,
    outline: `1px solid ${theme.colors.border.strong}`,
    'img, canvas': { position: 'absolute', maxWidth: 'none', pointerEvents: 'none' },
  }),
});
