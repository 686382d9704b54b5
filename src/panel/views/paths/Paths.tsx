import { css } from '@emotion/css';
import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import type { ViewProps } from '../view';

interface Box {
  id: string;
  title: string;
  mainstat: string;
  secondarystat: string;
  x: number;
  y: number;
}

const width = 170;
const boxHeight = 56;
/** The frames leave room for the round nodes of Grafana's panel; boxes are wider and lower. */
const wider = 1.3;
const lower = 0.65;

/** A node graph: a column of boxes for each step, and edges between them, thicker for more paths. */
export function Paths({ frames: [nodes, edges], height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const boxes = rows(nodes).map((node) => ({ ...node, x: node.fixedx * wider, y: node.fixedy * lower })) as Box[];
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const left = Math.min(...boxes.map(({ x }) => x));
  const top = Math.min(...boxes.map(({ y }) => y));
  const across = Math.max(...boxes.map(({ x }) => x)) + width - left;
  const down = Math.max(...boxes.map(({ y }) => y)) + boxHeight - top;
  return (
    <ScrollContainer height={`${height}px`}>
      <svg
        viewBox={`${left - 1} ${top - 1} ${across + 2} ${down + 2}`}
        width={across}
        height={down}
        role="group"
        aria-label={t('answer.graph', 'Graph of the answer')}
      >
        {rows(edges).map(({ id, source, target, thickness, mainstat, secondarystat }) => (
          <path key={id} className={styles.edge} d={way(byId.get(source)!, byId.get(target)!)} strokeWidth={thickness}>
            <title>{`${byId.get(source)?.title} → ${byId.get(target)?.title}: ${mainstat} (${secondarystat})`}</title>
          </path>
        ))}
        {boxes.map(({ id, title, mainstat, secondarystat, x, y }) => {
          const label = `${title}: ${mainstat} (${secondarystat})`;
          return (
            <g key={id} transform={`translate(${x} ${y})`} role="img" aria-label={label}>
              <title>{title}</title>
              <rect className={styles.box} width={width} height={boxHeight} rx={4} />
              <text className={styles.title} x={10} y={23}>
                {title.length > 22 ? `${title.slice(0, 21)}…` : title}
              </text>
              <text className={styles.stat} x={10} y={43}>
                {`${mainstat} · ${secondarystat}`}
              </text>
            </g>
          );
        })}
      </svg>
    </ScrollContainer>
  );
}

function way(from: Box, to: Box): string {
  const [x1, y1, x2, y2] = [from.x + width, from.y + boxHeight / 2, to.x, to.y + boxHeight / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1},${y1}C${middle},${y1} ${middle},${y2} ${x2},${y2}`;
}

function rows(frame: DataFrame) {
  return Array.from({ length: frame.length }, (_, i) =>
    Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[i]]))
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  edge: css({
    fill: 'none',
    stroke: theme.visualization.getColorByName('blue'),
    opacity: 0.35,
    '&:hover': { opacity: 0.8 },
  }),
  box: css({ fill: theme.colors.background.secondary, stroke: theme.colors.border.medium }),
  title: css({ fill: theme.colors.text.primary, fontSize: 14, fontWeight: theme.typography.fontWeightMedium }),
  stat: css({ fill: theme.colors.text.secondary, fontSize: 12 }),
});
