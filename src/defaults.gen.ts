// Code generated from the Go package model by internal/tsgen; DO NOT EDIT.
// `go generate ./pkg/model` writes it anew.

/** What holds where a query says nothing: of each object, by its path. */
export const defaults = {
  annotations: {
    limit: 100,
    mode: 'every',
  },
  anomalies: {
    actor: 'user',
    deviations: 3.5,
    event: '*',
    interval: 'hour',
    limit: 100,
    moreThan: 60,
    output: 'actors',
    value: 'events',
    weeks: 4,
    window: '1m',
  },
  funnel: {
    actor: 'user',
    bins: 20,
    breakdownBy: 'first',
    entry: 'any_start',
    interval: 'day',
    order: 'ordered',
    output: 'steps',
    window: '24h',
  },
  'funnel.actors': {
    status: 'reached',
    step: 1,
  },
  'funnel.breakdown': {
    limit: 5,
  },
  'funnel.exclusions': {
    from: 1,
  },
  heatmap: {
    event: '*',
    value: 'events',
    x: 'hour',
    xLimit: 10,
    y: 'weekday',
    yLimit: 10,
  },
  'heatmap.breakdown': {
    limit: 5,
  },
  'heatmap.elements': {
    limit: 5,
  },
  'heatmap.scroll': {
    event: 'scroll',
  },
  'heatmap.xBins': {
    count: 20,
  },
  'heatmap.yBins': {
    count: 20,
  },
  lifecycle: {
    event: '*',
    interval: 'day',
  },
  paths: {
    actor: 'user',
    direction: 'after',
    event: '*',
    gap: '30m',
    limit: 20,
    nodes: 5,
    output: 'graph',
    property: 'event_type',
    steps: 4,
  },
  retention: {
    actor: 'user',
    cohorts: 'first_time',
    minOccurrences: 1,
    mode: 'on',
    output: 'table',
    period: 'day',
    periods: 8,
    windows: 'calendar',
  },
  'retention.actors': {
    status: 'retained',
  },
  'retention.breakdown': {
    limit: 5,
  },
  stickiness: {
    atLeast: 2,
    event: '*',
    interval: 'day',
    output: 'table',
  },
  timeline: {
    event: '*',
    limit: 100,
    order: 'newest',
  },
  trend: {
    interval: 'day',
    value: 'events',
  },
  'trend.breakdown': {
    limit: 5,
  },
  'trend.series': {
    event: '*',
  },
} as const;
