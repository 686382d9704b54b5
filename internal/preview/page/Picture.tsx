import { applyFieldOverrides, type PanelData } from '@grafana/data';
import { Text, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Answer } from '../../../src/panel/Answer';

const height = 520;

/** What a dashboard would show of an answer: its notices, and the panel, as wide as the page. */
export function Picture({ answer, timeZone }: { answer: PanelData; timeZone: string }) {
  const theme = useTheme2();
  const room = useRef<HTMLDivElement>(null);
  const width = useWidth(room);
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
        <Answer answer={{ ...answer, series }} width={width} height={height} timeZone={timeZone} options={{}} />
      )}
    </div>
  );
}

/** The width of an element in pixels, 0 until it is known. */
function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
