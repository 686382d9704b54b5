import type { DataFrame } from '@grafana/data';
import { lazy, type ComponentType } from 'react';
import { t } from '../../i18n';
import type { View, ViewProps } from './view';

/** A view is loaded when the first panel draws it. */
function load(component: () => Promise<ComponentType<ViewProps>>) {
  return lazy(async () => ({ default: await component() }));
}

/** Every view, by the name under which the server asks for it (pkg/frames/view.go). */
export const views = {
  funnel: {
    title: () => t('view.funnel', 'Funnel'),
    Component: load(async () => (await import('./funnel/Funnel')).Funnel),
  },
  cohorts: {
    title: () => t('view.cohorts', 'Cohorts'),
    Component: load(async () => (await import('./cohorts/Cohorts')).Cohorts),
  },
  grid: {
    title: () => t('view.grid', 'Grid'),
    Component: load(async () => (await import('./grid/Grid')).Grid),
  },
  clicks: {
    title: () => t('view.clicks', 'Clicks'),
    Component: load(async () => (await import('./clicks/Clicks')).Clicks),
  },
  paths: {
    title: () => t('view.paths', 'Paths'),
    Component: load(async () => (await import('./paths/Paths')).Paths),
  },
  lines: {
    title: () => t('view.lines', 'Lines'),
    Component: load(async () => (await import('./lines/Lines')).Lines),
  },
  bands: {
    title: () => t('view.bands', 'Bands'),
    Component: load(async () => (await import('./lines/Bands')).Bands),
  },
  bars: {
    title: () => t('view.bars', 'Bars'),
    Component: load(async () => (await import('./lines/Bars')).Bars),
  },
  // No answer asks for it; it is an option for days.
  calendar: {
    title: () => t('view.calendar', 'Calendar'),
    Component: load(async () => (await import('./calendar/Calendar')).Calendar),
  },
  lifecycle: {
    title: () => t('view.lifecycle', 'Lifecycle'),
    Component: load(async () => (await import('./lines/Lifecycle')).Lifecycle),
  },
  numbers: {
    title: () => t('view.numbers', 'Numbers'),
    Component: load(async () => (await import('./numbers/Numbers')).Numbers),
  },
  timeline: {
    title: () => t('view.timeline', 'Timeline'),
    Component: load(async () => (await import('./timeline/Timeline')).Timeline),
  },
  // Drawn for whoever has no events yet.
  start: {
    title: () => t('view.start', 'Start'),
    Component: load(async () => (await import('./start/Start')).Start),
  },
  table: {
    title: () => t('view.table', 'Table'),
    Component: load(async () => (await import('./table/Table')).Table),
  },
} satisfies Record<string, View>;

export type ViewName = keyof typeof views;

export const viewNames = Object.keys(views) as ViewName[];

/** The view that the server asks for; undefined for a frame that is not the data source's, or that a transformation has made anew. */
export function viewOf(frame: DataFrame): ViewName | undefined {
  const view = frame.meta?.custom?.view;
  return viewNames.find((name) => name === view);
}
