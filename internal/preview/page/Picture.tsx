import { applyFieldOverrides, type AbsoluteTimeRange, type PanelData } from '@grafana/data';
import { Text, useTheme2 } from '@grafana/ui';
import { useMemo, useRef } from 'react';
import type { PanelOptions } from '../../../src/panel/options';
import { Answer } from '../../../src/panel/Answer';
import { useSize } from '../../../src/panel/shared/useSize';

const height = 520;

interface Props {
  answer: PanelData;
  timeZone: string;
  options?: PanelOptions;
  onTimeRange: (range: AbsoluteTimeRange) => void;
}

/** What a dashboard would show of an answer: its notices, and the panel, as wide as the page. */
export function Picture({ answer, timeZone, options = {}, onTimeRange }: Props) {
  const theme = useTheme2();
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const series = useMemo(
    () =>
      applyFieldOverrides({
        data: answer.series,
        fieldConfig: { defaults: {}, overrides: [] },
        replaceVariables: (text) => text,
        theme,
        timeZone,
      }),
    [answer.series, theme, timeZone]
  );
  return (
    <div ref={room}>
      {answer.series
        .flatMap(({ meta }) => meta?.notices ?? [])
        .map(({ text }) => (
          <Text key={text} element="p" color="secondary" variant="bodySmall">
            {text}
          </Text>
        ))}
      {width > 0 && (
        <Answer
          answer={{ ...answer, series }}
          width={width}
          height={height}
          timeZone={timeZone}
          options={options}
          onTimeRange={onTimeRange}
        />
      )}
    </div>
  );
}
