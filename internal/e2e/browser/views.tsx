import { applyFieldOverrides, createTheme, dateTime, LoadingState, ThemeContext, type DataFrame } from '@grafana/data';
import { toDataQueryResponse } from '@grafana/runtime';
import { GlobalStyles } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { Answer } from '../../../src/panel/Answer';
import type { PanelOptions } from '../../../src/panel/options';
import { provideServices } from '../../preview/page/services';

/** What views.spec.ts draws: an answer as the back end sends it. */
export interface Drawn {
  answer: { frames: unknown[] };
  mode: 'dark' | 'light';
  width: number;
  height: number;
  options?: PanelOptions;
}

declare global {
  interface Window {
    /** Draws an answer in the place of the last one, and says how many milliseconds that took. */
    draw: (drawn: Drawn) => number;
  }
}

provideServices();
const root = createRoot(document.getElementById('page')!);
let key = 0;

window.draw = ({ answer, mode, width, height, options = {} }) => {
  const theme = createTheme({ colors: { mode } });
  const response = { data: { results: { A: answer } } } as Parameters<typeof toDataQueryResponse>[0];
  const series = applyFieldOverrides({
    data: toDataQueryResponse(response).data as DataFrame[],
    fieldConfig: { defaults: {}, overrides: [] },
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  const time = { from: dateTime(0), to: dateTime(1) };
  const timeRange = { ...time, raw: time };
  document.body.style.background = theme.components.panel.background;
  const start = performance.now();
  flushSync(() =>
    root.render(
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        <div id="panel" style={{ width, height }}>
          <Answer
            key={key++}
            answer={{ state: LoadingState.Done, series, timeRange }}
            width={width}
            height={height}
            timeZone="utc"
            options={options}
          />
        </div>
      </ThemeContext.Provider>
    )
  );
  // The layout belongs to what somebody waits for.
  document.getElementById('panel')!.getBoundingClientRect();
  return performance.now() - start;
};
