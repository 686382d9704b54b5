import {
  applyFieldOverrides,
  createTheme,
  dateTime,
  LoadingState,
  ThemeContext,
  type AbsoluteTimeRange,
  type DataFrame,
  type PanelData,
} from '@grafana/data';
import { setDataSourceSrv, toDataQueryResponse, type DataSourceSrv } from '@grafana/runtime';
import { act, render } from '@testing-library/react';
import fs from 'fs';
import path from 'path';
import { of, throwError } from 'rxjs';
import type { DataSource } from '../datasource';
import { Answer } from './Answer';
import type { PanelOptions } from './options';

const folder = path.join(__dirname, '../../pkg/plugin/testdata');

/** The names of the back end's golden answers. */
export const goldenNames = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith('.golden.jsonc'))
  .map((file) => file.replace('.golden.jsonc', ''));

/** The frames that the back end answers with, from its own golden files. */
export function golden(name: string): DataFrame[] {
  const json = fs.readFileSync(path.join(folder, `${name}.golden.jsonc`), 'utf8').replace(/^\/\/.*$/gm, '');
  const response = { data: { results: { A: JSON.parse(json) } } };
  return toDataQueryResponse(response as Parameters<typeof toDataQueryResponse>[0]).data;
}

interface Shown {
  mode?: 'dark' | 'light';
  width?: number;
  height?: number;
  options?: PanelOptions;
  answer?: Partial<PanelData>;
  noValue?: string;
  onTimeRange?: (range: AbsoluteTimeRange) => void;
  replaceVariables?: (text: string) => string;
}

/** The frames in the panel, as Grafana would give them to it. */
export function panel(
  frames: DataFrame[],
  {
    mode = 'dark',
    width = 900,
    height = 500,
    options = {},
    answer,
    replaceVariables = (text) => text,
    ...rest
  }: Shown = {}
) {
  const theme = createTheme({ colors: { mode } });
  const series = applyFieldOverrides({
    data: frames,
    fieldConfig: { defaults: {}, overrides: [] },
    replaceVariables,
    theme,
    timeZone: 'utc',
  });
  const time = { from: dateTime(0), to: dateTime(1) };
  return (
    <ThemeContext.Provider value={theme}>
      <Answer
        answer={{ state: LoadingState.Done, series, timeRange: { ...time, raw: time }, ...answer }}
        width={width}
        height={height}
        timeZone="utc"
        options={options}
        {...rest}
      />
    </ThemeContext.Provider>
  );
}

/** Draws the frames, and waits for their view to be loaded. */
export async function show(frames: DataFrame[], shown?: Shown) {
  return act(async () => render(panel(frames, shown)));
}

/** What a data source that answers was asked. */
export const asked: unknown[] = [];

/** A data source that gives the answers in turn, and notes what it was asked. */
export function answering(...answers: Array<DataFrame[] | Error>) {
  asked.length = 0;
  const datasource: Pick<DataSource, 'isComplete' | 'query'> = {
    isComplete: () => true,
    query: ({ targets: [query] }) => {
      const answer = answers[asked.push(query) - 1];
      return answer instanceof Error ? throwError(() => answer) : of({ data: answer });
    },
  };
  setDataSourceSrv({ get: async () => datasource } as unknown as DataSourceSrv);
}
