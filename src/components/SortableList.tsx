import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { DragDropContext, Draggable, Droppable, type DragDropContextProps } from '@hello-pangea/dnd';
import { useId, type ReactNode } from 'react';
import { t } from '../i18n';

interface Props {
  label: string;
  /** One for each row. */
  keys: number[];
  /** What a row is called: "step 1". */
  nameOf: (row: number) => string;
  onMove: (from: number, to: number) => void;
  /** A row's content, with the handle to drag it by. */
  children: (row: number, handle: ReactNode) => ReactNode;
}

/** Rows that are dragged into another order, with the mouse or with space and the arrow keys. */
export function SortableList({ label, keys, nameOf, onMove, children }: Props) {
  const styles = useStyles2(getStyles);
  const id = useId();
  return (
    <DragDropContext {...announcements(nameOf, onMove)}>
      <Droppable droppableId={id}>
        {(list) => (
          <ol className={styles.list} aria-label={label} ref={list.innerRef} {...list.droppableProps}>
            {keys.map((key, i) => (
              <Draggable key={key} draggableId={`${id}-${key}`} index={i}>
                {(row) => (
                  <li className={styles.row} aria-label={nameOf(i)} ref={row.innerRef} {...row.draggableProps}>
                    {children(
                      i,
                      <div
                        className={styles.handle}
                        {...row.dragHandleProps}
                        aria-label={t('fields.drag', 'Drag {{name}}', { name: nameOf(i) })}
                      >
                        <Icon name="draggabledots" title={t('fields.drag-hint', 'Drag to reorder')} />
                      </div>
                    )}
                  </li>
                )}
              </Draggable>
            ))}
            {list.placeholder}
          </ol>
        )}
      </Droppable>
    </DragDropContext>
  );
}

/** What screen readers say while a row is dragged. */
function announcements(nameOf: Props['nameOf'], onMove: Props['onMove']): Omit<DragDropContextProps, 'children'> {
  const at = (row?: number) => (row === undefined ? '' : String(row + 1));
  return {
    dragHandleUsageInstructions: t(
      'fields.drag-help',
      'Press space to lift, the arrow keys to move, space again to drop, Escape to cancel.'
    ),
    onDragStart: ({ source }, { announce }) =>
      announce(t('fields.drag-lifted', 'Lifted {{name}}.', { name: nameOf(source.index) })),
    onDragUpdate: ({ destination }, { announce }) =>
      announce(t('fields.drag-moved', 'Moved to position {{position}}.', { position: at(destination?.index) })),
    onDragEnd: ({ source, destination }, { announce }) => {
      const to = destination?.index ?? source.index;
      announce(t('fields.drag-dropped', 'Dropped at position {{position}}.', { position: at(to) }));
      if (to !== source.index) {
        onMove(source.index, to);
      }
    },
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  // Space between rows is a margin, as what is dragged measures margins and no gaps.
  list: css({ listStyle: 'none', margin: 0, padding: 0, width: '100%' }),
  row: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    marginBottom: theme.spacing(0.5),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  handle: css({ display: 'flex', color: theme.colors.text.secondary, '&:hover': { color: theme.colors.text.primary } }),
});
