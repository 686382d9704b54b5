import { DataFrameType, getFieldDisplayName, LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { Alert, EmptyState, Stack, Text } from '@grafana/ui';
import type { ReactNode } from 'react';
import { Chart } from './Chart';
import { t } from '../i18n';
import { barsOf, binsOf, linesOf } from './charts';
import { useFormat } from './display';
import { FrameTable } from './FrameTable';
import { FunnelBars } from './FunnelBars';
import { Grid } from './Grid';
import { cellsGrid, isRetentionTable, retentionGrid } from './grids';
import { Numbers } from './Numbers';
import { PathsGraph } from './PathsGraph';

/** The frames of an answer as pictures and tables. */
export function Answer({ answer, timeZone }: { answer: PanelData; timeZone: string }) {
  if (answer.errors?.length) {
    return answer.errors.map(({ message, data }, i) => (
      <Alert key={i} title={message ?? data?.message ?? t('answer.failed', 'The query failed')} />
    ));
  }
  const frames = answer.series.filter((frame) => frame.length > 0);
  if (frames.length === 0) {
    return answer.state === LoadingState.Done ? (
      <EmptyState variant="not-found" message={t('answer.no-data', 'No data in this time range')} />
    ) : null;
  }
  return (
    <Stack direction="column" gap={3}>
      {pictures(frames).map((picture, i) => (
        <FrameAnswer key={i} {...picture} timeZone={timeZone} />
      ))}
    </Stack>
  );
}

interface PictureProps {
  frame: DataFrame;
  /** The ways between the nodes, where the frame is one of nodes. */
  edges?: DataFrame;
  /** Which of several pictures it is. */
  title?: string;
}

/** The frames that have a picture each; those of a graph share one. */
function pictures(frames: DataFrame[]): PictureProps[] {
  const [first, second] = frames;
  if (isGraph(first)) {
    return [{ frame: first, edges: second }];
  }
  // Heatmaps with a breakdown: the value stands in the name of their numbers.
  const titleOf = (frame: DataFrame) => getFieldDisplayName(frame.fields[frame.fields.length - 1], frame, [frame]);
  return frames.map((frame) => ({ frame, title: frames.length > 1 ? titleOf(frame) : undefined }));
}

function FrameAnswer({ frame, edges, title, timeZone }: PictureProps & { timeZone: string }) {
  const picture = usePicture({ frame, edges }, timeZone);
  return (
    <Stack direction="column" gap={3}>
      {title && (
        <Text element="h3" variant="h6">
          {title}
        </Text>
      )}
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
    return <Grid grid={cellsGrid(frame, timeZone, formatFirst)} />;
  }
  if (type === DataFrameType.TimeSeriesWide || preferredVisualisationPluginId === 'trend') {
    const isLifecycle = frame.fields.some(({ labels }) => labels?.status);
    return <Chart chart={linesOf(frame, timeZone)} as={isLifecycle ? 'bars' : 'lines'} />;
  }
  if (type?.toString() === 'histogram') {
    return <Chart chart={binsOf(frame, formatFirst)} as="bars" />;
  }
  if (preferredVisualisationPluginId === 'barchart') {
    return <Chart chart={barsOf(frame, formatFirst)} as="groups" />;
  }
  if (type === DataFrameType.NumericLong || type === DataFrameType.NumericWide) {
    return <Numbers frame={frame} />;
  }
  if (has('step')) {
    return <FunnelBars frame={frame} />;
  }
  if (isRetentionTable(frame)) {
    return <Grid grid={retentionGrid(frame)} />;
  }
  return null;
}

function isGraph(frame: DataFrame): boolean {
  return frame.meta?.preferredVisualisationType === 'nodeGraph';
}
