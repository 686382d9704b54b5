import { DataFrameType, LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { Alert, EmptyState, Stack, Text } from '@grafana/ui';
import type { ReactNode } from 'react';
import { Chart } from './Chart';
import { barsOf, linesOf } from './charts';
import { useFormat } from './display';
import { FrameTable } from './FrameTable';
import { FunnelBars } from './FunnelBars';
import { Grid } from './Grid';
import { cellsGrid, retentionGrid } from './grids';
import { Numbers } from './Numbers';
import { PathsGraph } from './PathsGraph';

/** The frames of an answer as pictures and tables. */
export function Answer({ answer, timeZone }: { answer: PanelData; timeZone: string }) {
  if (answer.errors?.length) {
    return answer.errors.map(({ message, data }, i) => (
      <Alert key={i} title={message ?? data?.message ?? 'The query failed'} />
    ));
  }
  const frames = answer.series.filter((frame) => frame.length > 0);
  if (frames.length === 0) {
    return answer.state === LoadingState.Done ? (
      <EmptyState variant="not-found" message="No data in this time range" />
    ) : null;
  }
  return (
    <Stack direction="column" gap={3}>
      {pictures(frames).map(({ frame, edges }, i) => (
        <FrameAnswer key={i} frame={frame} edges={edges} timeZone={timeZone} />
      ))}
    </Stack>
  );
}

interface PictureProps {
  frame: DataFrame;
  /** The ways between the nodes, where the frame is one of nodes. */
  edges?: DataFrame;
}

/** The frames that have a picture each; those of a graph share one. */
function pictures(frames: DataFrame[]): PictureProps[] {
  const [first, second] = frames;
  return isGraph(first) ? [{ frame: first, edges: second }] : frames.map((frame) => ({ frame }));
}

function FrameAnswer({ frame, edges, timeZone }: PictureProps & { timeZone: string }) {
  const picture = usePicture({ frame, edges }, timeZone);
  return (
    <Stack direction="column" gap={3}>
      {frame.meta?.notices?.map(({ text }) => (
        <Text key={text} color="secondary" variant="bodySmall">
          {text}
        </Text>
      ))}
      {picture}
      <FrameTable key={String(picture === null)} frame={frame} timeZone={timeZone} isOpen={picture === null} />
    </Stack>
  );
}

const heatmapCells = 'heatmap-cells';

/** The picture that suits a frame, told by its type or its fields; null where a table says it best. */
function usePicture({ frame, edges }: PictureProps, timeZone: string): ReactNode {
  const formatFirst = useFormat(frame.fields[0]);
  const has = (name: string) => frame.fields.some((field) => field.name === name);
  const { type, preferredVisualisationPluginId } = frame.meta ?? {};
  if (isGraph(frame)) {
    return edges && <PathsGraph nodes={frame} edges={edges} />;
  }
  if (type?.toString() === heatmapCells) {
    return <Grid grid={cellsGrid(frame, timeZone)} field={frame.fields[2]} />;
  }
  if (type === DataFrameType.TimeSeriesWide || preferredVisualisationPluginId === 'trend') {
    const isLifecycle = frame.fields.some(({ labels }) => labels?.status);
    return <Chart chart={linesOf(frame, timeZone)} as={isLifecycle ? 'bars' : 'lines'} />;
  }
  if (type?.toString() === 'histogram' || preferredVisualisationPluginId === 'barchart') {
    return <Chart chart={barsOf(frame, formatFirst)} as="bars" />;
  }
  if (type === DataFrameType.NumericLong || type === DataFrameType.NumericWide) {
    return <Numbers frame={frame} />;
  }
  if (has('step')) {
    return <FunnelBars frame={frame} />;
  }
  // Of a classic table the shares are not all.
  if (has('in_progress') && has('cohort') && !has('new_users')) {
    return <Grid grid={retentionGrid(frame)} field={frame.fields[2]} />;
  }
  return null;
}

function isGraph(frame: DataFrame): boolean {
  return frame.meta?.preferredVisualisationType === 'nodeGraph';
}
