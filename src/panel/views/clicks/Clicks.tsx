import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import { Grid } from '../grid/Grid';
import type { ViewProps } from '../view';
import { areaOf } from './area';
import { PagePicture } from './PagePicture';

/** Where on a page something happened: a picture for each value of the breakdown. Answers about anything else are a grid. */
export function Clicks(props: ViewProps) {
  const styles = useStyles2(getStyles);
  const { frames, width, height, options } = props;
  const pages = frames.flatMap((frame) => {
    const area = areaOf(frame);
    return area ? [{ frame, area }] : [];
  });
  if (!pages.length) {
    return <Grid {...props} />;
  }
  return (
    // What scrolls must be reached with the keyboard.
    <div className={styles.room} style={{ height }} tabIndex={0}>
      {pages.map((page, i) => (
        <PagePicture key={i} {...page} isNamed={pages.length > 1} width={width} height={height} options={options} />
      ))}
    </div>
  );
}

const getStyles = () => ({ room: css({ overflow: 'auto' }) });
