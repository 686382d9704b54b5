import { css } from '@emotion/css';
import type { AbsoluteTimeRange, TimeRange } from '@grafana/data';
import { Button, EmptyState, useStyles2 } from '@grafana/ui';
import { t } from '../../i18n';
import { sayText } from '../../said';
import type { Emptiness } from './emptiness';

interface Props {
  emptiness: Emptiness;
  /** What the panel says where nothing was found. */
  noValue?: string;
  range: TimeRange;
  height: number;
  onTimeRange?: (range: AbsoluteTimeRange) => void;
}

/** The height below which there is no room for an image, in pixels. */
const imageHeight = 320;

/** What stands in the place of an answer that says nothing: why, and the way to the time of the latest events. */
export function Nothing({ emptiness: { why, latest }, noValue, range, height, onTimeRange }: Props) {
  const styles = useStyles2(getStyles);
  const text = sayText(why);
  return (
    <div className={styles.room} style={{ height }} role="status">
      <EmptyState
        variant="not-found"
        message={noValue || text}
        hideImage={height < imageHeight}
        button={
          latest &&
          onTimeRange && (
            <Button size="sm" variant="secondary" onClick={() => onTimeRange(endingWith(Date.parse(latest), range))}>
              {t('empty.go', 'Go to the latest')}
            </Button>
          )
        }
      >
        {noValue && text}
      </EmptyState>
    </div>
  );
}

/** A time range as long as the other that ends just after a moment, whose fractions of a millisecond are lost. */
function endingWith(moment: number, { from, to }: TimeRange): AbsoluteTimeRange {
  const end = moment + 1;
  return { from: end - (to.valueOf() - from.valueOf()), to: end };
}

const getStyles = () => ({ room: css({ overflow: 'auto' }) });
