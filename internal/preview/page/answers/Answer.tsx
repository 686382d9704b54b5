import { LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { Alert, EmptyState, Stack, Text } from '@grafana/ui';
import { ConversionRates } from './ConversionRates';
import { FrameTable } from './FrameTable';
import { FunnelBars } from './FunnelBars';
import { Grid } from './Grid';
import { cellsGrid, retentionGrid } from './grids';

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
      {frames.map((frame, i) => (
        <Stack key={i} direction="column" gap={3}>
          {frame.meta?.notices?.map(({ text }) => (
            <Text key={text} color="secondary" variant="bodySmall">
              {text}
            </Text>
          ))}
          <Picture frame={frame} timeZone={timeZone} />
          <FrameTable frame={frame} timeZone={timeZone} />
        </Stack>
      ))}
    </Stack>
  );
}

const heatmapCells = 'heatmap-cells';

/** The picture that suits a frame, told by its type or its fields. */
function Picture({ frame, timeZone }: { frame: DataFrame; timeZone: string }) {
  const has = (name: string) => frame.fields.some((field) => field.name === name);
  if (frame.meta?.type === heatmapCells) {
    return <Grid grid={cellsGrid(frame, timeZone)} field={frame.fields[2]} />;
  }
  if (has('step')) {
    return <FunnelBars frame={frame} />;
  }
  if (has('conversion_rate')) {
    return <ConversionRates frame={frame} />;
  }
  if (has('in_progress') && has('cohort')) {
    return <Grid grid={retentionGrid(frame)} field={frame.fields[2]} />;
  }
  return null;
}
