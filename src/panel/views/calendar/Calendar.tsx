import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2, useTheme2 } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../../../i18n';
import { useScale } from '../../shared/colors';
import { useFormat } from '../../shared/display';
import { Hatch } from '../../shared/Hatch';
import { useHint } from '../../shared/Hint';
import { ScaleLegend } from '../../shared/ScaleLegend';
import { textWidth } from '../../shared/text';
import { Unfit } from '../../shared/Unfit';
import { titleOf, valueText } from '../lines/Lines';
import type { ViewProps } from '../view';
import { placeOf, weekStartOf, yearsOf, type CalendarYear } from './days';

const legendHeight = 28;
const headHeight = 40;
const weeks = 54;
const hue = 'dark-green';

/** Years of days, a column for each week, the darker, the more. */
export function Calendar({ frames: [frame], width, height, timeZone }: ViewProps) {
  const years = yearsOf(frame, timeZone);
  const format = useFormat(frame.fields[1] ?? frame.fields[0]);
  if (years.length === 0) {
    return <Unfit why={t('calendar.unfit', 'This answer has no days: a calendar draws a trend by day.')} />;
  }
  let greatest = 0;
  for (const { days } of years) {
    days.forEach(({ value }) => (greatest = Math.max(greatest, value ?? 0)));
  }
  const isNamed = new Set(years.map(({ name }) => name)).size > 1;
  return (
    <div style={{ width, height }}>
      <ScrollContainer height={`${height - legendHeight}px`}>
        {years.map((year, i) => (
          <Year
            key={i}
            year={year}
            title={isNamed ? t('calendar.title', '{{name}}, {{year}}', { ...year }) : year.year}
            weekStart={weekStartOf(frame)}
            width={width}
            height={(height - legendHeight) / years.length}
            greatest={greatest}
          />
        ))}
      </ScrollContainer>
      <ScaleLegend hue={hue} from={format(0)} to={format(greatest)} height={legendHeight} />
    </div>
  );
}

interface YearProps {
  year: CalendarYear;
  title: string;
  weekStart: number;
  width: number;
  height: number;
  greatest: number;
}

function Year({ year: { year, name, field, days }, title, weekStart, width, height, greatest }: YearProps) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const color = useScale(hue);
  const format = useFormat(field);
  const hatch = useId();
  const { over, hint } = useHint();
  const weekdays = weekdayNames(weekStart);
  const left = Math.max(...weekdays.map(textWidth)) + 16;
  const cell = Math.max(9, Math.min((width - left) / weeks, (height - headHeight - 4) / 7));
  const size = cell - 2;
  const colorOf = (value: number | null) =>
    value === null ? theme.colors.background.secondary : color(greatest ? Math.max(0, value) / greatest : 0);
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <svg
        className={styles.year}
        width={left + weeks * cell}
        height={20 + 7 * cell + 4}
        role="img"
        aria-label={t('calendar.of', 'Calendar of {{name}} in {{year}}', { name, year })}
      >
        <Hatch id={hatch} />
        {monthsOf(year, weekStart).map(({ month, week }) => (
          <text key={month} x={left + week * cell} y={14} className={styles.text}>
            {cell * 4 >= textWidth(month) ? month : ''}
          </text>
        ))}
        {weekdays.map(
          (weekday, i) =>
            (cell >= 14 || i % 2 === 0) && (
              <text key={i} x={left - 6} y={20 + (i + 0.5) * cell} dy="0.3em" textAnchor="end" className={styles.text}>
                {weekday}
              </text>
            )
        )}
        {days.map(({ date, value, isIncomplete, week, weekday }) => {
          const box = { x: left + week * cell, y: 20 + weekday * cell, width: size, height: size, rx: 2 };
          return (
            <g
              key={date}
              {...over(() => ({ title: titleOf(date, isIncomplete), rows: [[name, valueText(format(value))]] }))}
            >
              <rect {...box} className={styles.day} style={{ fill: colorOf(value) }} />
              {(isIncomplete || value === null) && <rect {...box} style={{ fill: `url(#${hatch})` }} />}
            </g>
          );
        })}
      </svg>
      {hint}
    </section>
  );
}

/** Where the months of a year begin. */
function monthsOf(year: string, weekStart: number): Array<{ month: string; week: number }> {
  return Array.from({ length: 12 }, (_, i) => {
    const month = `${year}-${String(i + 1).padStart(2, '0')}`;
    const { week, weekday } = placeOf(`${month}-01`, weekStart);
    return { month: month.slice(5), week: weekday > 0 ? week + 1 : week };
  });
}

/** The weekdays from the first of the week, in the words of the server. */
function weekdayNames(weekStart: number): string[] {
  const names = [
    t('weekday.sun', 'Sun'),
    t('weekday.mon', 'Mon'),
    t('weekday.tue', 'Tue'),
    t('weekday.wed', 'Wed'),
    t('weekday.thu', 'Thu'),
    t('weekday.fri', 'Fri'),
    t('weekday.sat', 'Sat'),
  ];
  return [...names.slice(weekStart), ...names.slice(0, weekStart)];
}

const getStyles = (theme: GrafanaTheme2) => ({
  title: css({ ...theme.typography.h6, height: 20, margin: 0 }),
  year: css({ display: 'block' }),
  text: css({ fill: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  day: css({ stroke: theme.colors.border.weak, strokeWidth: 0.5 }),
});
