import type { DataFrame } from '@grafana/data';
import type { ComponentType } from 'react';
import type { PanelOptions } from '../options';

/** What a view is given to draw. */
export interface ViewProps {
  /** The frames of one query, none of them empty. */
  frames: DataFrame[];
  /** The room that there is, in pixels. A view that needs more scrolls within it. */
  width: number;
  height: number;
  /** The dashboard's, by its IANA name or as "browser" or "utc". */
  timeZone: string;
  options: PanelOptions;
  /** The uid of the data source that was asked, if that is known. */
  source?: string;
}

/** A form in which an answer is drawn. */
export interface View {
  /** What it is called in the panel's options. */
  title: () => string;
  Component: ComponentType<ViewProps>;
}
