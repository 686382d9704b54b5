import { css } from '@emotion/css';
import { FieldType, getFieldDisplayName, type DataFrame, type Field, type FieldConfig } from '@grafana/data';
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  DataLinksContextMenu,
  useStyles2,
  useTheme2,
} from '@grafana/ui';
import type { MouseEventHandler } from 'react';
import { t } from '../../../i18n';
import { wordOf } from '../../../said';
import { formatOf } from '../../shared/display';
import { useFollowField } from '../../shared/Linked';
import { cutText } from '../../shared/text';
import { incompleteOf } from '../lines/charts';
import type { ViewProps } from '../view';

/** A number, where it stands, and the times over which it became what it is. */
interface Stat {
  title: string;
  field: Field;
  row: number;
  time?: Field;
}

/** In pixels: between tiles, and what a tile takes at least to be read. More than fit are scrolled to. */
const gap = 8;
const least = { width: 112, height: 56 };

/** Numbers as large as the panel allows, each below its name: a breakdown value, a user, or the field's own name. */
export function Numbers({ frames, width, height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const stats = frames.flatMap(statsOf);
  const { columns, isLong, ...tile } = tiled(stats.length, width, height);
  return (
    <ul
      className={styles.tiles}
      style={{ width, height, gridTemplateColumns: `repeat(${columns}, ${tile.width}px)` }}
      aria-label={t('view.numbers', 'Numbers')}
      // What scrolls must be reached with the keyboard.
      tabIndex={isLong ? 0 : undefined}
    >
      {stats.map((stat, i) => (
        <li key={i} title={stat.title}>
          <StatTile {...stat} {...tile} count={stats.length} />
        </li>
      ))}
    </ul>
  );
}

/** As many columns as make the tiles large, which are twice as wide as high at best. */
function tiled(count: number, width: number, height: number) {
  const most = Math.max(1, Math.min(count, Math.floor((width + gap) / (least.width + gap))));
  const layouts = Array.from({ length: most }, (_, i) => {
    const [columns, rows] = [i + 1, Math.ceil(count / (i + 1))];
    const tile = {
      width: Math.floor((width + gap) / columns) - gap,
      height: Math.max(least.height, Math.floor((height + gap) / rows) - gap),
    };
    return { columns, ...tile, size: Math.min(tile.width / 2, tile.height), taken: rows * (tile.height + gap) - gap };
  });
  const fitting = layouts.filter(({ taken }) => taken <= height);
  // Where none fits, as many as are beside each other leave the least to scroll.
  const [{ size, taken, ...best }] = (fitting.length ? fitting : layouts.slice(-1)).sort((a, b) => b.size - a.size);
  const isLong = taken > height;
  return { ...best, isLong, width: best.width - (isLong ? Math.ceil(scrollbar / best.columns) : 0) };
}

const scrollbar = 12;

/** A number for each row, or, of numbers over time, one for each series: the last that is counted whole. */
function statsOf(frame: DataFrame): Stat[] {
  const numbers = frame.fields.filter(({ type }) => type === FieldType.number);
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const nameOf = (field: Field) => getFieldDisplayName(field, frame, [frame]);
  if (time) {
    const incomplete = incompleteOf(frame);
    const isWhole = (value: unknown, row: number) => value !== null && !incomplete.has(row);
    return numbers.map((field) => ({
      title: nameOf(field),
      field,
      row: field.values.map(isWhole).lastIndexOf(true),
      time,
    }));
  }
  const names = frame.fields.find(({ type }) => type === FieldType.string);
  return numbers
    .slice(-1)
    .flatMap((field) =>
      field.values.map((_, row) => ({ title: names ? wordOf(names, names.values[row]) : nameOf(field), field, row }))
    );
}

/**
 * Reports whether somebody chose colors for numbers. The thresholds that Grafana gives every panel, green and from 80 on red, would say good
 * and bad of numbers that are neither, and its palettes tell series apart.
 */
function hasChosenColors({ color, thresholds }: FieldConfig): boolean {
  if (!color || color.mode.startsWith('palette')) {
    return false;
  }
  // The lowest step has no value of its own.
  const steps = thresholds?.steps.map(({ color: name, value }, i) => (i ? `${name} from ${value}` : name)).join();
  return color.mode !== 'thresholds' || steps !== 'green,red from 80';
}

/** Grafana's own tile of a stat panel, which a link makes a button. */
function StatTile({
  title,
  field,
  row,
  time,
  width,
  height,
  count,
}: Stat & { width: number; height: number; count: number }) {
  const theme = useTheme2();
  const follow = useFollowField();
  const value = field.values[row];
  const isSmall = width < 200 || height < 100;
  const color = hasChosenColors(field.config) ? field.display?.(value).color : undefined;
  const draw = (onClick?: MouseEventHandler<HTMLElement>, className?: string) => (
    <BigValue
      theme={theme}
      width={width}
      height={height}
      count={count}
      className={className}
      onClick={onClick}
      hasLinks={Boolean(onClick)}
      colorMode={BigValueColorMode.Value}
      graphMode={time ? BigValueGraphMode.Area : BigValueGraphMode.None}
      // In small tiles BigValue writes long names in letters that nobody can read: there they are cut.
      text={isSmall ? { titleSize: 12 } : undefined}
      sparkline={time && { x: time, y: field }}
      value={{
        title: isSmall ? cutText(title, width - 24) : title,
        text: formatOf(field, theme)(value) || t('answer.no-value', 'no value'),
        numeric: Number(value),
        color: color ?? theme.colors.text.primary,
      }}
    />
  );
  const [link] = field.config.links ?? [];
  if (!link || !field.getLinks || !value) {
    return draw();
  }
  return link.internal ? (
    draw(follow && (() => follow(field, row)))
  ) : (
    <DataLinksContextMenu links={() => field.getLinks!({ valueRowIndex: row })}>
      {({ openMenu, targetClassName }) => draw(openMenu, targetClassName)}
    </DataLinksContextMenu>
  );
}

const getStyles = () => ({
  tiles: css({ display: 'grid', alignContent: 'start', gap, margin: 0, overflow: 'auto', listStyle: 'none' }),
});
