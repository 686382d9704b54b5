import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import type { FunnelDirection } from '../../options';
import { useGroupColors } from '../../shared/colors';
import { formatsOf } from '../../shared/display';
import { useHint } from '../../shared/Hint';
import { Legend } from '../../shared/Legend';
import { Table } from '../table/Table';
import type { ViewProps } from '../view';
import { Columns } from './Columns';
import { Comparison } from './Comparison';
import { Rows } from './Rows';
import { readSteps, readThresholds, waysOf, type FunnelSteps } from './steps';

/** In pixels: what a column of steps needs beside its bars, what each bar needs, and what a table beneath them leaves room for. */
const columnWidth = 110;
const barWidth = 14;
const heightWithTable = 320;
const heightOfColumns = 230;

/** A funnel: for each step a bar for each group of users, what is missing to it, and what happened on the way to the next. */
export function Funnel(props: ViewProps) {
  const funnel = readSteps(props.frames[0]);
  return funnel ? <Steps funnel={funnel} {...props} /> : <Table {...props} />;
}

function Steps({ funnel, width, height, options }: ViewProps & { funnel: FunnelSteps }) {
  const styles = useStyles2(getStyles);
  const colors = useGroupColors(funnel.groups.length);
  const formats = formatsOf(funnel.fields, useTheme2());
  const { over, hint } = useHint();
  const thresholds = readThresholds(options.markBelow ?? '');
  const ways = waysOf(funnel.steps, thresholds ?? []);
  const withTable = funnel.withGroups && height >= heightWithTable;
  const Bars = directionOf(funnel, width, height, options.funnelDirection) === 'vertical' ? Columns : Rows;
  return (
    <div className={styles.funnel} style={{ width, height }}>
      {!thresholds && (
        <div role="alert" className={styles.alert}>
          {t('funnel.mark-below-unreadable', 'Mark conversion below: {{text}} is no list of percents such as 30, 60.', {
            text: options.markBelow,
          })}
        </div>
      )}
      {funnel.withGroups && !withTable && <Legend names={funnel.groups} colors={colors} />}
      <Bars funnel={funnel} ways={ways} colors={colors} formats={formats} over={over} width={width} />
      {withTable && <Comparison funnel={funnel} ways={ways} colors={colors} formats={formats} />}
      {hint}
    </div>
  );
}

function directionOf({ steps, groups }: FunnelSteps, width: number, height: number, chosen?: FunnelDirection) {
  if (chosen && chosen !== 'auto') {
    return chosen;
  }
  const needed = steps.length * Math.max(columnWidth, groups.length * barWidth + 40);
  return needed <= width && height >= heightOfColumns ? 'vertical' : 'horizontal';
}

const getStyles = (theme: GrafanaTheme2) => ({
  funnel: css({ display: 'flex', flexDirection: 'column', overflow: 'hidden' }),
  alert: css({ color: theme.colors.error.text, fontSize: theme.typography.bodySmall.fontSize }),
});
