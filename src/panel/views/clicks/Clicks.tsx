import { css, cx } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { Grid } from '../grid/Grid';
import type { ViewProps } from '../view';
import { areaOf } from './area';
import { depthsOf, elementsOf } from './beside';
import { ElementList, listRowHeight } from './ElementList';
import { PagePicture } from './PagePicture';

/** From this width on, the elements are listed beside the page; else beneath it from this height on. */
const widthWithList = 560;
const heightWithList = 420;

/**
 * Where on a page something happened: a picture for each value of the breakdown, or one with the page's elements and how far down users came.
 * Answers about anything else are a grid.
 */
export function Clicks(props: ViewProps) {
  const styles = useStyles2(getStyles);
  const { frames, width, height, options } = props;
  const pages = frames.flatMap((frame) => {
    const area = areaOf(frame);
    return area ? [{ frame, area }] : [];
  });
  const [chosen, setChosen] = useState<number>();
  if (!pages.length) {
    return <Grid {...props} />;
  }
  const elements = elementsOf(frames);
  const list = elements ? roomOfList(elements.all.length, width, height) : undefined;
  const room = {
    width: width - (list?.isBeside ? list.width : 0),
    height: height - (list?.isBeside === false ? list.height : 0),
  };
  const beside = { elements, depths: depthsOf(frames), chosen };
  return (
    <div className={cx(styles.both, list?.isBeside && styles.across)}>
      {/* What scrolls must be reached with the keyboard. */}
      <div className={styles.room} style={room} tabIndex={0}>
        {pages.map((page, i) => (
          <PagePicture key={i} {...page} {...beside} {...room} isNamed={pages.length > 1} options={options} />
        ))}
      </div>
      {elements && list && (
        <ElementList elements={elements} width={list.width} height={list.height} onChoose={setChosen} />
      )}
    </div>
  );
}

/** Where the list of so many elements has its place: beside the page or beneath it; undefined where there is no room. */
function roomOfList(elements: number, width: number, height: number) {
  if (width >= widthWithList) {
    return { isBeside: true, width: Math.min(420, Math.max(250, Math.round(width * 0.36))), height };
  }
  return height >= heightWithList
    ? { isBeside: false, width, height: Math.min((elements + 1) * listRowHeight, Math.round(height * 0.4)) }
    : undefined;
}

const getStyles = () => ({
  both: css({ display: 'flex', flexDirection: 'column' }),
  across: css({ flexDirection: 'row' }),
  room: css({ overflow: 'auto' }),
});
