import type { PanelProps } from '@grafana/data';
import { Answer } from './Answer';
import type { PanelOptions } from './options';

/** The panel: an answer in the view that suits it. */
export function FootfallPanel({
  data,
  width,
  height,
  timeZone,
  options,
  fieldConfig,
  onChangeTimeRange,
}: PanelProps<PanelOptions>) {
  return (
    <Answer
      answer={data}
      width={width}
      height={height}
      timeZone={timeZone}
      options={options}
      onTimeRange={onChangeTimeRange}
      noValue={fieldConfig.defaults.noValue}
    />
  );
}
