import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { t } from '../../../i18n';
import type { CohortCells, CohortForm } from '../../options';
import { useScale } from '../../shared/colors';
import { useFormat } from '../../shared/display';
import { Table } from '../table/Table';
import type { ViewProps } from '../view';
import { fullShare, readCohorts, type CohortTable } from './cohorts';
import { Curves } from './Curves';
import { Triangle } from './Triangle';

const barHeight = 32;
/** In pixels: a panel less high has room for the cells alone. */
const heightWithBar = 180;
/** A narrower one has none for the key. */
const widthWithKey = 400;

/** A row for each cohort and a cell for each period, or a curve for each cohort. */
export function Cohorts(props: ViewProps) {
  const table = useMemo(() => readCohorts(props.frames[0]), [props.frames]);
  return table ? <Forms table={table} {...props} /> : <Table {...props} />;
}

function Forms({ table, width, height, options }: ViewProps & { table: CohortTable }) {
  const styles = useStyles2(getStyles);
  const [chosenForm, setForm] = useState<CohortForm>();
  const form = chosenForm ?? options.cohortForm ?? 'triangle';
  const [chosen, setChosen] = useState<CohortCells>();
  const cells = chosen ?? options.cohortCells ?? 'rates';
  const full = useMemo(() => fullShare(table), [table]);
  const colorOf = useScale('dark-blue');
  const withBar = height >= heightWithBar;
  const room = { width, height: height - (withBar ? barHeight : 0) };
  return (
    <div style={{ width, height }}>
      {withBar && (
        <div className={styles.bar}>
          <div className={styles.choices}>
            <RadioButtonGroup
              size="sm"
              value={form}
              onChange={setForm}
              aria-label={t('cohorts.form', 'Form')}
              options={[
                { value: 'triangle', icon: 'apps', ariaLabel: t('cohorts.triangle', 'Triangle') },
                { value: 'curves', icon: 'chart-line', ariaLabel: t('cohorts.curves', 'Curves') },
              ]}
            />
            {form === 'triangle' && (
              <RadioButtonGroup
                size="sm"
                value={cells}
                onChange={setChosen}
                aria-label={t('cohorts.cells', 'Cells')}
                options={[
                  { value: 'rates', label: t('cohorts.rates', 'Rates') },
                  { value: 'counts', label: t('cohorts.counts', 'Counts') },
                ]}
              />
            )}
          </div>
          {form === 'triangle' && width >= widthWithKey && <Key table={table} full={full} colorOf={colorOf} />}
        </div>
      )}
      {form === 'curves' ? (
        <Curves table={table} {...room} />
      ) : (
        <Triangle table={table} cells={cells} colorOf={colorOf} full={full} {...room} />
      )}
    </div>
  );
}

/** Which color is how much. */
function Key({ table, full, colorOf }: { table: CohortTable; full: number; colorOf: (depth: number) => string }) {
  const styles = useStyles2(getStyles);
  const format = useFormat(table.periods[0]);
  return (
    <div className={styles.key}>
      {format(0)}
      <span
        className={styles.scale}
        style={{ background: `linear-gradient(to right, ${colorOf(0)}, ${colorOf(1)})` }}
      />
      {t('cohorts.and-more', '{{share}} and more', { share: format(full) })}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // The button that shows a table has the right corner.
  bar: css({
    display: 'flex',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    height: barHeight,
    paddingRight: theme.spacing(4),
    overflow: 'hidden',
  }),
  choices: css({ display: 'flex', gap: theme.spacing(1) }),
  key: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    lineHeight: theme.spacing(3),
    whiteSpace: 'nowrap',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  scale: css({
    width: 96,
    height: 10,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
});
