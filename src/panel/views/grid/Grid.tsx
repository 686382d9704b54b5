import { getFieldDisplayName } from '@grafana/data';
import { ScrollContainer, Stack, Text } from '@grafana/ui';
import { useFormat } from '../../shared/display';
import type { ViewProps } from '../view';
import { cellsMatrix } from './cells';
import { Matrix } from './Matrix';

/** Cells of two axes; those of a breakdown one beneath the other, each under its value. */
export function Grid({ frames, height, timeZone }: ViewProps) {
  const formatX = useFormat(frames[0].fields[0]);
  return (
    <ScrollContainer height={`${height}px`}>
      <Stack direction="column" gap={3}>
        {frames.map((frame, i) => (
          <div key={i}>
            {frames.length > 1 && (
              <Text element="h3" variant="h6">
                {getFieldDisplayName(frame.fields[frame.fields.length - 1], frame, [frame])}
              </Text>
            )}
            <Matrix matrix={cellsMatrix(frame, timeZone, formatX)} />
          </div>
        ))}
      </Stack>
    </ScrollContainer>
  );
}
