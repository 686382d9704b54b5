import { VisualizationSuggestionScore, type PanelDataSummary, type VisualizationSuggestion } from '@grafana/data';
import type { PanelOptions } from './options';
import { viewOf } from './views';

/** Offers the panel, as the best choice, for what the data source has answered; other data are better off with Grafana's panels. */
export function suggest({ rawFrames = [] }: PanelDataSummary): Array<VisualizationSuggestion<PanelOptions>> | void {
  if (rawFrames.some(viewOf)) {
    return [{ score: VisualizationSuggestionScore.Best }];
  }
}
