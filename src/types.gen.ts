// Code generated from the Go package model by internal/tsgen; DO NOT EDIT.
// `go generate ./pkg/model` writes it anew.

/** AnyEvent as the event of a selector stands for every event. The collector accepts no event of that name. */
export const AnyEvent = '*';

/** NumberPattern is the text that counts as a number, in the syntax that Go and PostgreSQL share. */
export const NumberPattern = '^[+-]?([0-9]{1,40}\\.?[0-9]{0,40}|\\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?$';

/** MaxBreakdownLimit is the largest number of breakdown values. */
export const MaxBreakdownLimit = 50;

/** SchemaVersion is the version of the saved query that this package reads and writes. */
export const SchemaVersion = 1;

export const MaxSteps = 64;

export const MaxFilters = 32;

export const MaxFilterValues = 1000;

export const MaxTextLength = 1024;

export const MaxPropertyParts = 8;

/** MaxPeriods is the largest number of periods. */
export const MaxPeriods = 120;

/** Columns are the columns that a filter or a breakdown may name. */
export const Columns = ['event_type', 'page_url', 'device_type', 'session_id', 'user_id'] as const;

/** EventSelector picks events by name and properties. */
export interface EventSelector {
  /** Event is the event's name (event_type), or "*" for any event. */
  event: string;
  /** Filters must all hold for an event to be picked. */
  filters?: Filter[];
}

/**
 * Operator compares a property with the values of a filter. A property that is not set equals nothing: it fails every
 * operator but !=, notIn and isNotSet.
 */
export const OperatorValues = [
  '=',
  '!=',
  'in',
  'notIn',
  'contains',
  'matches',
  '<',
  '<=',
  '>',
  '>=',
  'isSet',
  'isNotSet',
] as const;
export type Operator = (typeof OperatorValues)[number];

/** Filter keeps the events whose property compares with the values. */
export interface Filter {
  /**
   * Property is a column (device_type, page_url, session_id, user_id, event_type) or a path into the event's metadata
   * (metadata.channel, metadata.cart.total; a dot inside a name is written \.).
   */
  property: string;
  operator: Operator;
  /** Values to compare with: text, also for numbers. */
  values?: string[];
}

/** FunnelOutput is the frame that a funnel query returns. */
export const FunnelOutputValues = [
  /** FunnelSteps is a table with one row a step (and breakdown value): users, shares, dropped, in progress, median time. */
  'steps',
  /**
   * FunnelConversion is one number a breakdown value, the share of first-step users who reached the last step: what an
   * alert rule or a stat panel takes.
   */
  'conversion',
] as const;
export type FunnelOutput = (typeof FunnelOutputValues)[number];

/**
 * Funnel asks how many users did a list of steps in order, each after the one before, all within the window.
 *
 * A conversion to step k is a chain of k events of one user, one per step, with strictly increasing times, whose last
 * event is at most Window after its first. Any first-step event in the panel's range may start a chain; later steps may
 * lie after the range. A user counts at every step up to the deepest that any of the user's chains reaches.
 */
export interface Funnel {
  /** Steps, 2 to 64. */
  steps: FunnelStep[];
  /**
   * Window is the longest time from the first step to the last, inclusive, in elapsed time: a number and a unit out of
   * s, m, h, d (24 h) and w. Default 24h.
   */
  window?: string;
  /** Breakdown splits the funnel by a property of the event that fills the first step. */
  breakdown?: Breakdown;
  /** Output is steps (default) or conversion. */
  output?: FunnelOutput;
}

/** FunnelStep is one step of a funnel. */
export interface FunnelStep extends EventSelector {
  /** Label is shown instead of the event's name. */
  label?: string;
}

/**
 * Breakdown splits a result by the values of a property: the Limit values with the most users each get a row of their
 * own, the others are added up under "Other", and events without the property are under "(none)".
 */
export interface Breakdown {
  property: string;
  /** Limit is how many values get a row, 1 to 50. Default 5. */
  limit?: number;
}

/** Dimension is an axis of a heatmap, cut in the query's time zone. */
export const DimensionValues = [
  'hour',
  'weekday',
  'date',
] as const;
export type Dimension = (typeof DimensionValues)[number];

/** HeatmapValue is what a heatmap counts. */
export const HeatmapValueValues = [
  'events',
  /** Users counts each user once a cell. */
  'users',
] as const;
export type HeatmapValue = (typeof HeatmapValueValues)[number];

/** Heatmap counts events or users over two dimensions of time. */
export interface Heatmap extends EventSelector {
  /** X is hour (default), weekday or date. */
  x?: Dimension;
  /** Y is weekday (default), hour or date; not the same as X. */
  y?: Dimension;
  /** Value is events (default) or users. */
  value?: HeatmapValue;
}

/** QueryType says which analysis a query asks for. */
export const QueryTypeValues = [
  'funnel',
  'retention',
  'heatmap',
] as const;
export type QueryType = (typeof QueryTypeValues)[number];

/** Query is one question. Exactly the part named by QueryType is read. */
export interface Query {
  /** SchemaVersion is the version of this JSON form; 0 means the current one. */
  schemaVersion?: number;
  /** QueryType is the analysis to run. */
  queryType: QueryType;
  /**
   * TimeZone is the IANA name of the zone in which hours, days, weeks and months are cut. Empty: the dashboard's zone
   * (filled in by the front end when it runs the query), else the data source's default.
   */
  timeZone?: string;
  /** Filters apply to every event that the analysis looks at. */
  filters?: Filter[];
  funnel?: Funnel;
  retention?: Retention;
  heatmap?: Heatmap;
}

/** Cohorts says which start events put a user into a cohort. */
export const CohortsValues = [
  /** FirstTime puts each user into the bucket of the first start event ever, in all data. */
  'first_time',
  /** Recurring puts each user into every bucket with a start event, so that a user can be in several cohorts. */
  'recurring',
] as const;
export type Cohorts = (typeof CohortsValues)[number];

/** Period is the size of a retention bucket, cut in the query's time zone. */
export const PeriodValues = [
  'day',
  'week',
  'month',
] as const;
export type Period = (typeof PeriodValues)[number];

/** RetentionMode says when a user counts as retained. */
export const RetentionModeValues = [
  /** On counts a return event in exactly the p-th bucket after the cohort's. */
  'on',
  /** OnOrAfter counts a return event in the p-th bucket or any later one up to now. */
  'on_or_after',
] as const;
export type RetentionMode = (typeof RetentionModeValues)[number];

/** RetentionOutput is the frame that a retention query returns. */
export const RetentionOutputValues = [
  /** RetentionTable has one row a cohort: size and one share a period, and a row with the weighted mean. */
  'table',
  /** RetentionHeatmap is the same for the heatmap panel. */
  'heatmap',
  /** RetentionLong has one row a cell: cohort, period, size, users, share, complete. */
  'long',
] as const;
export type RetentionOutput = (typeof RetentionOutputValues)[number];

/**
 * Retention asks how many users come back, by cohort and period.
 *
 * Period 0 is the bucket of the start event. There, a return event must come after the start event, unless Start and
 * Return are the same. Cohorts are the buckets that touch the panel's range, each counted whole.
 */
export interface Retention {
  start: EventSelector;
  return: EventSelector;
  /** Cohorts is first_time (default) or recurring. */
  cohorts?: Cohorts;
  /** Period is day (default), week or month. */
  period?: Period;
  /** Periods is the number of columns, period 0 included: 1 to 120. Default 8. */
  periods?: number;
  /** Mode is on (default) or on_or_after. */
  mode?: RetentionMode;
  /** Output is table (default), heatmap or long. */
  output?: RetentionOutput;
}
