import { useState, type PointerEvent } from 'react';
import { t } from '../../../i18n';
import { useHint, type Hint } from '../../shared/Hint';
import type { Formats } from './CohortRow';
import { countOf, namesOf, titleOf, type CohortTable } from './cohorts';
import { placeOf, samePlace, type Place } from './places';

/** The cell under the pointer, and what is said about it. The handlers are those of the whole grid. */
export function useCellHint(table: CohortTable, formats: Formats) {
  const [hovered, setHovered] = useState<Place>();
  const { over, hint } = useHint();
  const move = (event: PointerEvent, place: Place | undefined) => {
    setHovered((last) => (samePlace(last, place) ? last : place));
    const { onPointerMove, onPointerLeave } = over(() => hintOf(table, formats, place!));
    return place ? onPointerMove(event) : onPointerLeave();
  };
  return {
    hovered,
    hint,
    handlers: {
      onPointerMove: (event: PointerEvent) => move(event, placeOf(event.target)),
      onPointerLeave: (event: PointerEvent) => move(event, undefined),
    },
  };
}

export function hintOf(table: CohortTable, formats: Formats, { row, column }: Place): Hint {
  const { size, periods } = table;
  const names = namesOf(table).map(({ field, text }) => text(field.values[row]));
  const sizeText = formats.size(size.values[row]);
  if (column === 0) {
    return { title: names.join(' · '), rows: [[titleOf(table, size), sizeText]] };
  }
  const period = periods[column - 1];
  const share = formats.share(period.values[row]) || t('answer.no-value', 'no value');
  const rows: Hint['rows'] = [[t('cohorts.rate', 'rate'), share]];
  const count = countOf(table, period, row);
  if (count !== null) {
    const text = t('cohorts.number-of-size', '{{number}} of {{size}}', { number: formats.size(count), size: sizeText });
    rows.push([titleOf(table, size), text]);
  }
  if (table.open[row].has(period.name)) {
    rows.push([t('cohorts.in-progress', 'in progress'), t('cohorts.can-grow', 'can still grow')]);
  }
  return { title: [...names, titleOf(table, period)].join(' · '), rows };
}
