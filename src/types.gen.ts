// Code generated from the Go package model by internal/tsgen; DO NOT EDIT.
// `go generate ./pkg/model` writes it anew.

/** MaxAnnotations is the largest number of annotations. */
export const MaxAnnotations = 1000;

/** MaxMoreThan is the largest number of events that an actor may be allowed. */
export const MaxMoreThan = 1_000_000;

/** MaxBusyActors is the longest list of actors. */
export const MaxBusyActors = 1000;

/** MinHistory is how many of the earlier weeks must be known: fewer numbers say nothing about their spread. */
export const MinHistory = 3;

export const MaxWeeks = 12;

/** MinActivity is the divisor of present activity: a week counts as known if it had at least a twentieth of it. */
export const MinActivity = 20;

/** MinDeviations and MaxDeviations bound how far from the middle the usual range may reach. */
export const MinDeviations = 0.5;

export const MaxDeviations = 100;

/** MaxBreakdownLimit is the largest number of breakdown values. */
export const MaxBreakdownLimit = 50;

/** AnyEvent is the name by which a selector picks every event. The collector accepts no event with that name. */
export const AnyEvent = '*';

/** NumberPattern is the text that counts as a number, in the syntax that Go and PostgreSQL share. */
export const NumberPattern = '^[+-]?([0-9]{1,40}\\.?[0-9]{0,40}|\\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?$';

/**
 * SegmentProperty is the property whose values are the names of the segments that the actor's user is in now. It may be compared by =, !=, in
 * and notIn: in keeps who is in one of the segments, notIn who is in none, those of whom no user is known among them.
 */
export const SegmentProperty = 'segment';

/** MaxBins is the largest number of a histogram's bins. */
export const MaxBins = 100;

export const MaxBinEdge = 1_000_000_000;

export const MinBinsSpan = 0.001;

/** MaxPathSteps is the largest number of steps after or before the chosen event. */
export const MaxPathSteps = 10;

/** MaxPathNodes is the largest number of labels with a node of their own at each step. */
export const MaxPathNodes = 50;

/** MaxListedPaths is the largest number of paths that the table lists. */
export const MaxListedPaths = 1000;

/** SchemaVersion is the version of the saved query that this package reads and writes. */
export const SchemaVersion = 1;

export const MaxSteps = 64;

export const MaxFilters = 32;

export const MaxFilterValues = 1000;

export const MaxTextLength = 1024;

export const MaxPropertyParts = 8;

/** MaxPeriods is the largest number of columns. */
export const MaxPeriods = 120;

/** MaxBracketPeriod is the last period that a bracket may name. */
export const MaxBracketPeriod = 366;

/** MaxOccurrences is the largest number of return events that may be asked for. */
export const MaxOccurrences = 1000;

export const MaxConditions = 50;

export const MaxConditionDepth = 3;

export const MaxLastDays = 3660;

/** MaxAtLeast is the largest number of buckets that a rate may ask for: as many as a range can have. */
export const MaxAtLeast = 1000;

/** MaxTimelineEvents is the largest number of events that a timeline lists. */
export const MaxTimelineEvents = 1000;

/** MaxSeries is the largest number of a trend's series. */
export const MaxSeries = 10;

export const Columns = ['event_type', 'page_url', 'device_type', 'session_id', 'user_id'] as const;

export const ProfileColumns = ['segment', 'tags', 'favorite_categories', 'total_clicks', 'consent'] as const;

/** ClassicBrackets are the columns of the classic table if a query names none. */
export const ClassicBrackets = ['1', '7', '30'] as const;

/** Actor is the thing that is followed and counted. */
export const ActorValues = [
  'user',
  'session',
] as const;
export type Actor = (typeof ActorValues)[number];

/** AnnotationsMode says which events are marked. */
export const AnnotationsModeValues = [
  /** EveryEvent marks each event that is picked. */
  'every',
  /** FirstOf marks, for each value of a property, the first event ever that has it. */
  'first_of',
] as const;
export type AnnotationsMode = (typeof AnnotationsModeValues)[number];

/** Annotations marks moments on the panels of a dashboard: events, or the first time that each value of a property was seen. */
export interface Annotations extends EventSelector {
  /** Mode is every (default) or first_of. */
  mode?: AnnotationsMode;
  /** Property is the property whose values' first events are marked. With every, it is optional, and its value is the annotation's text. */
  property?: string;
  /** Limit is how many to mark, 1 to 1000, the newest. Default 100. */
  limit?: number;
}

/** AnomaliesOutput is the frame that a query for anomalies returns. */
export const AnomaliesOutputValues = [
  /** BusyActors is a table of the actors with too many events at once, the busiest first: their highest count, and when. */
  'actors',
  /** BusyActorCount is one number, how many such actors there are, 0 for none: what an alert rule or a stat panel takes. */
  'actor_count',
  /** BusyActorPeaks is one number per actor, its highest count: an alert rule then has one alert for each. */
  'actor_peaks',
  /** UnusualBuckets is a time series: the count of each bucket with its usual range, its score, and whether it is an anomaly. */
  'buckets',
  /** BucketScore is one number, the score of the last bucket that is over: what an alert rule takes. */
  'bucket_score',
] as const;
export type AnomaliesOutput = (typeof AnomaliesOutputValues)[number];

/** AnomaliesValue is what is counted in a bucket. */
export const AnomaliesValueValues = [
  'events',
  /** AnomalousUsers counts each user once a bucket. */
  'users',
] as const;
export type AnomaliesValue = (typeof AnomaliesValueValues)[number];

/** AnomaliesInterval is the bucket. */
export const AnomaliesIntervalValues = [
  '15m',
  'hour',
  'day',
] as const;
export type AnomaliesInterval = (typeof AnomaliesIntervalValues)[number];

/**
 * Anomalies finds actors with too many events at once, or buckets that leave their usual range.
 *
 * Actors: an actor's count is its largest number of events in any window of the given length that ends in the panel's range. A window
 * excludes its very start: two events exactly one window apart are not in the same window. Actors with a count of more than MoreThan are
 * found.
 *
 * Buckets: the buckets that touch the panel's range, each counted whole, are compared with the same bucket of the week (the same weekday
 * and local time) in the weeks before. Expected is the median of those, the score is how far the count is from it in deviations, and a
 * bucket whose score is beyond Deviations, up or down, is an anomaly. This is the modified z-score of Iglewicz and Hoaglin (How to Detect
 * and Handle Outliers, 1993; NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.17), who propose 3.5. A deviation is 1.4826
 * times the median distance of those counts from their median, which is the standard deviation of normally distributed numbers. It is at
 * least the square root of expected, by which a count of independent events varies, and at least 1: a few weeks that happen to be alike do
 * not prove that all weeks are. A week whose bucket a clock change skips or shortens is left out, and so is a week that is not known. A
 * week is known if, in the seven days before its bucket, the quarter hours with any event were at least one, and at least a twentieth as
 * many as in the seven days before the bucket that is compared with it. So a new installation has no history, even if single events have
 * wrong times. Where a clock change repeats a bucket, the first is taken. With fewer than 3 weeks left, and for buckets that are not over,
 * there is no score.
 */
export interface Anomalies extends EventSelector {
  /** Output is actors (default), actor_count, actor_peaks, buckets or bucket_score. */
  output?: AnomaliesOutput;
  /** Actor is user (default) or session. */
  actor?: Actor;
  /** Window is the time in which an actor's events are counted, at most 24h: a number and a unit out of s, m and h. Default 1m. */
  window?: string;
  /** MoreThan is the most events that an actor may have within a window, 1 to 1000000. Default 60. */
  moreThan?: number;
  /** Limit is how many actors to list, 1 to 1000. Default 100. */
  limit?: number;
  /** Value is events (default) or users. */
  value?: AnomaliesValue;
  /** Interval is the bucket: 15m, hour (default) or day. */
  interval?: AnomaliesInterval;
  /** Weeks is how many earlier weeks tell what is usual, 3 to 12. Default 4. */
  weeks?: number;
  /** Deviations is how far from expected the usual range reaches, 0.5 to 100. Default 3.5. */
  deviations?: number;
}

/**
 * Breakdown splits a result by the values of a property: the Limit values with the most users each get a row of their
 * own, the others are added up under "Other", and events without the property are under "(none)". A breakdown by [SegmentProperty] has a row for each
 * of the Limit largest segments, in order of their size at the last refresh, and "(none)" for who is in none of these; an actor counts in each of its
 * user's segments, so that rows overlap.
 */
export interface Breakdown {
  /** Property is a property as in filters; heatmaps do not take segments. */
  property: string;
  /** Limit is how many values get a row, 1 to 50. Default 5. */
  limit?: number;
}

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
   * Property is a column (device_type, page_url, session_id, user_id, event_type), a path into the event's metadata (metadata.channel,
   * metadata.cart.total; a dot inside a name is written \.), or a present value of the user's profile (profile.segment, profile.tags,
   * profile.total_clicks, profile.consent, profile.traits.plan, profile.scores.churn). Tags and categories are one text each, separated
   * by commas. Or it is [SegmentProperty].
   */
  property: string;
  operator: Operator;
  /** Values are what to compare with, as text, also for numbers. */
  values?: string[];
}

/** FunnelOutput is the frame that a funnel query returns. */
export const FunnelOutputValues = [
  /** FunnelSteps is a table with one row per step (and breakdown value): users, shares, dropped, in progress, median time. */
  'steps',
  /** FunnelChart is for a bar chart: one row per step, with the users who reached it in one column per breakdown value. */
  'chart',
  /**
   * FunnelConversion is one number per breakdown value, the share of first-step users who reached the last step: what an alert rule or a
   * stat panel takes.
   */
  'conversion',
  /**
   * FunnelTrend is one series per breakdown value: for each bucket, the share of the users who entered in it that converted. Each bucket
   * is a funnel by itself.
   */
  'trend',
  /** FunnelTimeToConvert is a histogram of the time from first step to last, over the users who converted. */
  'time_to_convert',
  /** FunnelActors lists the actors behind one number of the steps table. */
  'actors',
] as const;
export type FunnelOutput = (typeof FunnelOutputValues)[number];

/** FunnelOrder says in which order the steps must be done. */
export const FunnelOrderValues = [
  /** Ordered lets other events happen between the steps. */
  'ordered',
  /** Strict lets no other event of the funnel happen between two steps. */
  'strict',
  /** Unordered takes the steps in any order. */
  'unordered',
] as const;
export type FunnelOrder = (typeof FunnelOrderValues)[number];

/** FunnelEntry says which first-step events may start a chain. */
export const FunnelEntryValues = [
  /** AnyStart tries every first-step event in the range. */
  'any_start',
  /** FirstStart tries only the actor's earliest in the range. */
  'first_start',
] as const;
export type FunnelEntry = (typeof FunnelEntryValues)[number];

/**
 * Funnel asks how many actors did a list of steps, all within the window.
 *
 * Ordered: a conversion to step k is a chain of k events of one actor, one per step, with strictly increasing times, whose last event is at
 * most Window after its first. Strict: in addition, the actor did none of the funnel's step events between two of the chain's steps.
 * Unordered: k different steps in any order, each filled by its own event, all within the window of the chain's first event. The chain's
 * first event lies in the panel's range; later ones may lie after it. An actor counts at every step up to the deepest that any of its
 * chains reaches.
 */
export interface Funnel {
  /** Steps are the steps, 2 to 64, including the optional ones. */
  steps: FunnelStep[];
  /**
   * Window is the longest time from the first step to the last, inclusive, in elapsed time: a number and a unit out of
   * s, m, h, d (24 h) and w. Default 24h.
   */
  window?: string;
  /** Actor is user (default) or session. */
  actor?: Actor;
  /** Order is ordered (default), strict or unordered. */
  order?: FunnelOrder;
  /** Entry is any_start (default) or first_start. */
  entry?: FunnelEntry;
  /** EqualTimes accepts two steps at the very same time as being in order. */
  equalTimes?: boolean;
  /** Exclusions are events that must not happen between two steps. Not for unordered funnels. */
  exclusions?: Exclusion[];
  /**
   * Breakdown splits the funnel by a property of the event that fills the first step (or the last reached one), or of the
   * user's profile.
   */
  breakdown?: Breakdown;
  /** BreakdownBy is first (default) or last: the chain's event whose property the breakdown takes. */
  breakdownBy?: BreakdownBy;
  /** Output is steps (default), chart, conversion, trend, time_to_convert or actors. */
  output?: FunnelOutput;
  /** Interval is the bucket of the trend: hour, day (default), week, month or auto. */
  interval?: Interval;
  /** Bins is the number of the histogram's bins, 1 to 100. Default 20. */
  bins?: number;
  /** Actors says which number of the steps table to list. */
  actors?: FunnelActorList;
}

/** BreakdownBy says which event of a chain gives the breakdown value. */
export const BreakdownByValues = [
  'first',
  'last',
] as const;
export type BreakdownBy = (typeof BreakdownByValues)[number];

/**
 * Exclusion is an event that taints a chain when it comes after the chain's step From and before its step To or, if the chain stops short
 * of To, before the chain's window closes. The actor counts if one of its deepest chains is clean; otherwise it leaves the funnel, first
 * step included.
 */
export interface Exclusion extends EventSelector {
  /** From and To are steps, counted from 1 without the optional ones. Default: first and last. */
  from?: number;
  to?: number;
}

/** ActorStatus says which actors of a step are listed. */
export const ActorStatusValues = [
  /** Reached is everybody who reached the step. */
  'reached',
  /** Dropped is everybody who came no further and cannot any more. */
  'dropped',
  /** InProgress is everybody who came no further yet, but whose window is still open at the end of the data. */
  'in_progress',
] as const;
export type ActorStatus = (typeof ActorStatusValues)[number];

/** FunnelActorList picks a number of the steps table. */
export interface FunnelActorList {
  /** Step counts from 1, as the table does. Default 1. */
  step?: number;
  /** Status is reached (default), dropped or in_progress. */
  status?: ActorStatus;
  /** Value is the row of the breakdown, as the table names it: a value, Other or (none). Without it, all rows. */
  value?: string;
}

/** FunnelStep is one step of a funnel. */
export interface FunnelStep extends EventSelector {
  /** Label is shown instead of the event's name. */
  label?: string;
  /**
   * Optional steps are counted beside the main chain: an actor counts at one if it was done after the previous main step of the chain and
   * before the next one (or, if the chain stops short of that, before its window closes). The first and the last step cannot be optional,
   * nor any step of an unordered funnel.
   */
  optional?: boolean;
}

/** Dimension is an axis of a heatmap. Dimensions of time are cut in the query's time zone. */
export const DimensionValues = [
  'hour',
  'weekday',
  'date',
  /** CalendarMonth is a month of a year. */
  'month',
  /**
   * ByProperty has the property's most frequent values first (by events, users or sessions: what is counted), the others together under
   * "Other", and events without the property under "(none)".
   */
  'property',
  /** ByBins cuts a property that is a number into bins of equal size. */
  'bins',
] as const;
export type Dimension = (typeof DimensionValues)[number];

/** HeatmapValue is what a heatmap counts. */
export const HeatmapValueValues = [
  'events',
  /** Users counts each user once a cell. */
  'users',
  /** Sessions counts each session once a cell. */
  'sessions',
  /** EventsPerUser divides the cell's events that have a user by the cell's users. */
  'events_per_user',
] as const;
export type HeatmapValue = (typeof HeatmapValueValues)[number];

/** Heatmap counts events, users or sessions over two dimensions. */
export interface Heatmap extends EventSelector {
  /** X is hour (default), weekday, date, month, property or bins. */
  x?: Dimension;
  /** Y is weekday (default), hour, date, month, property or bins; not the same as X. */
  y?: Dimension;
  /** XProperty and YProperty are the properties of the dimensions property and bins. They are not the same. */
  xProperty?: string;
  yProperty?: string;
  /** XLimit and YLimit are how many values of the dimension property get a place of their own, 1 to 50. Default 10. */
  xLimit?: number;
  yLimit?: number;
  /** XBins and YBins are the bins of the dimension bins. */
  xBins?: Bins;
  yBins?: Bins;
  /** Value is events (default), users, sessions or events_per_user. */
  value?: HeatmapValue;
  /** Breakdown makes a frame for each of the property's most frequent values (by events, users or sessions). */
  breakdown?: Breakdown;
  /**
   * Elements lists, beside places on a page, what was there: the values of a property, such as metadata.element, with the most of the
   * events that are counted. Not with a breakdown.
   */
  elements?: Breakdown;
  /** Scroll says, beside places on a page, how far down users came. Not with a breakdown. */
  scroll?: Scroll;
}

/** Scroll says how far down a page users came. */
export interface Scroll extends EventSelector {
  /** Property is the deepest place, in the unit of the y axis, such as metadata.depth. */
  property: string;
}

/**
 * Bins cut the numbers from Min to Max into parts of equal size. A number on the edge of two bins belongs to the upper one; the last bin
 * includes its upper edge. Numbers outside the bins are left out.
 */
export interface Bins {
  min: number;
  /** Max is greater than Min. */
  max: number;
  /** Count is the number of bins, 1 to 100. Default 20, or as Size demands. */
  count?: number;
  /**
   * Size is the size of a bin, instead of Count. The last bin then ends at Max or, where Size does not divide the numbers
   * evenly, above it.
   */
  size?: number;
}

/**
 * Lifecycle splits the users of each bucket into new (never active before, in all data), returning (also active in the bucket before),
 * resurrecting (active earlier, but not in the bucket before) and dormant (active in the bucket before and not in this one). The buckets
 * are all that touch the range, each counted whole.
 */
export interface Lifecycle extends EventSelector {
  /** Interval is the bucket: hour, day (default), week, month or auto. */
  interval?: Interval;
}

/** PathsDirection says which way paths lead. */
export const PathsDirectionValues = [
  /** PathsAfter follows what came after the chosen event, PathsBefore what led to it. */
  'after',
  'before',
] as const;
export type PathsDirection = (typeof PathsDirectionValues)[number];

/** PathsOutput is the frame that a query for paths returns. */
export const PathsOutputValues = [
  /** PathsGraph is two frames, nodes and edges, for the node graph panel: a column of nodes for each step. */
  'graph',
  /** PathsTable lists the most frequent whole paths. */
  'table',
] as const;
export type PathsOutput = (typeof PathsOutputValues)[number];

/**
 * Paths follows users or sessions from a chosen event on, or back from it, over the events of the range. A user's events are cut into
 * visits wherever nothing happened for longer than Gap; a session is one visit. A path begins each time the chosen event happens: it is the
 * chosen event and the next Steps events after (or before) it, or fewer where the visit ends (or starts) earlier.
 */
export interface Paths extends EventSelector {
  /** Direction is after (default) or before. */
  direction?: PathsDirection;
  /** Steps is how many events follow the chosen one, 1 to 10. Default 4. */
  steps?: number;
  /** Actor is user (default) or session. */
  actor?: Actor;
  /**
   * Gap is the longest pause within a visit of a user, inclusive: a number and a unit out of s, m, h, d (24 h) and w. Default 30m.
   * Not for sessions.
   */
  gap?: string;
  /** Property is the property whose value names a step. Default event_type. Events without it are "(none)". */
  property?: string;
  /**
   * KeepRepeats keeps consecutive events with the same label apart. Otherwise they are one step, which is the chosen event if one of them
   * is.
   */
  keepRepeats?: boolean;
  /** Output is graph (default) or table. */
  output?: PathsOutput;
  /**
   * Nodes is how many labels have their own node at each step, 1 to 50: the most frequent ones. Default 5. The others are together in
   * "Other".
   */
  nodes?: number;
  /** Limit is how many paths the table lists, 1 to 1000. Default 20. */
  limit?: number;
}

/** Period is the size of a bucket of time, cut in the query's time zone. */
export const PeriodValues = [
  'hour',
  'day',
  'week',
  'month',
] as const;
export type Period = (typeof PeriodValues)[number];

/** Interval is the size of the buckets of what is counted over time: a period, or what fits the range. */
export const IntervalValues = [
  'hour',
  'day',
  'week',
  'month',
  /** Auto is one of the others, whichever fits the range that is asked for: see [Query.Fit]. */
  'auto',
] as const;
export type Interval = (typeof IntervalValues)[number];

/** QueryType says which analysis a query asks for. */
export const QueryTypeValues = [
  'funnel',
  'retention',
  'heatmap',
  /** TrendType counts events or actors over time. */
  'trend',
  /** LifecycleType splits each bucket's actors into new, returning, resurrecting and dormant. */
  'lifecycle',
  /** StickinessType asks in how many buckets each actor was active. */
  'stickiness',
  /** PathsType follows actors from (or to) a chosen event. */
  'paths',
  /** TimelineType lists one actor's events. */
  'timeline',
  /** AnomaliesType finds unusual actors or unusual buckets. */
  'anomalies',
  /** AnnotationsType lists moments that dashboards mark on their panels. */
  'annotations',
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
  trend?: Trend;
  lifecycle?: Lifecycle;
  stickiness?: Stickiness;
  paths?: Paths;
  timeline?: Timeline;
  anomalies?: Anomalies;
  annotations?: Annotations;
}

/** Cohorts says which start events put an actor into a cohort. */
export const CohortsValues = [
  /** FirstTime puts each actor into the bucket of its first start event ever, in all data. */
  'first_time',
  /** Recurring puts each actor into every bucket with a start event, so that an actor can be in several cohorts. */
  'recurring',
] as const;
export type Cohorts = (typeof CohortsValues)[number];

/** RetentionWindows says where a period begins and ends. */
export const RetentionWindowsValues = [
  /** Calendar makes period p the p-th bucket after the cohort's. */
  'calendar',
  /**
   * Rolling counts elapsed time from the actor's first start event of the cohort: period p begins p times 60 minutes, 24
   * hours or 7 times 24 hours after it. Months have no fixed length and cannot roll.
   */
  'rolling',
] as const;
export type RetentionWindows = (typeof RetentionWindowsValues)[number];

/** RetentionMode says when an actor counts as retained. */
export const RetentionModeValues = [
  /** On counts return events in exactly the p-th period. */
  'on',
  /** OnOrAfter counts return events in the p-th period or any later one up to now. */
  'on_or_after',
] as const;
export type RetentionMode = (typeof RetentionModeValues)[number];

/** RetentionOutput is the frame that a retention query returns. */
export const RetentionOutputValues = [
  /** RetentionTable has one row per cohort, with its size and one share per column, and a row with the weighted mean. */
  'table',
  /** RetentionHeatmap is the same table for the heatmap panel. */
  'heatmap',
  /** RetentionLong has one row per cell: cohort, period, size, users, share, complete. */
  'long',
  /**
   * RetentionCurve is for the trend panel: over the periods, it has one line per cohort and one for the weighted mean. With a breakdown,
   * it has one line per value, the weighted mean.
   */
  'curve',
  /** RetentionClassic has one row per cohort: new users, then the number and rate for each bracket; 1, 7 and 30 if none are given. */
  'classic',
  /** RetentionRate is one number per breakdown value, the weighted mean of one column: what an alert rule or a stat panel takes. */
  'rate',
  /** RetentionActors lists the actors behind one cell. */
  'actors',
] as const;
export type RetentionOutput = (typeof RetentionOutputValues)[number];

/** RetentionStatus says which actors of a cohort are listed. */
export const RetentionStatusValues = [
  /** Retained lists the actors that the cell counts. */
  'retained',
  /** NotRetained lists the others of the cohort. */
  'not_retained',
  /** Everyone lists the whole cohort. */
  'all',
] as const;
export type RetentionStatus = (typeof RetentionStatusValues)[number];

/**
 * Retention asks how many actors come back, by cohort and period.
 *
 * Period 0 is the bucket of the start event. In it, a return event must come after the start event, unless Start and Return are the same.
 * The cohorts are the buckets that touch the panel's range, each counted whole.
 */
export interface Retention {
  start: EventSelector;
  return: EventSelector;
  /** Actor is user (default) or session. */
  actor?: Actor;
  /** Cohorts is first_time (default) or recurring. */
  cohorts?: Cohorts;
  /** Period is hour, day (default), week or month. */
  period?: Period;
  /** Periods is the number of columns, period 0 included: 1 to 120. Default 8. Brackets take its place. */
  periods?: number;
  /** Brackets are columns of one or several periods, such as 1, 7 or 8-30, each beginning later than the one before it. */
  brackets?: string[];
  /** Windows is calendar (default) or rolling. */
  windows?: RetentionWindows;
  /** Mode is on (default) or on_or_after. */
  mode?: RetentionMode;
  /** MinOccurrences is how many return events it takes to be retained, within the cell's time: 1 (default) to 1000. */
  minOccurrences?: number;
  /** Breakdown splits every cohort by a property of the start event that put the actor into it, or of the user's profile. */
  breakdown?: Breakdown;
  /** Output is table (default), heatmap, long, curve, classic, rate or actors. */
  output?: RetentionOutput;
  /** Column is the column for the rate or the list of actors, written as a period's number or a bracket. Default: 1, or the first bracket. */
  column?: string;
  /** Actors says which actors of the column to list. */
  actors?: RetentionActorList;
}

/** RetentionActorList picks actors of one cohort. */
export interface RetentionActorList {
  /** Cohort is the cohort's name, as the table shows it: 2026-03-02, or 2026-03, or 2026-03-02 15:00. */
  cohort: string;
  /** Status is retained (default), not_retained or all. */
  status?: RetentionStatus;
  /** Value is the row of the breakdown, as the table names it: a value, Other or (none). Left out: all rows. */
  value?: string;
}

/** Segment is a named group of users, as it is written in files and sent to the analyzer. */
export interface Segment {
  /** Name is how filters call the segment: a small letter, then small letters, digits, "-" and "_", at most 63 in all. */
  name: string;
  /** Title, Description and Owner are for people. */
  title?: string;
  description?: string;
  owner?: string;
  /** TimeZone is the IANA name of the zone in which relative times are cut; UTC by default. */
  timeZone?: string;
  /** EveryMinutes is how many minutes members may be out of date, 1 to 10080; 60 by default. */
  everyMinutes?: number;
  /** Definition says who is in it. Without one, it is a list of users that is uploaded. */
  definition?: Condition;
}

/** Condition says of which users something holds: one of All, Any, Did, First, Last, Profile, Segment and Behind. */
export interface Condition {
  /** Not turns the condition around. Then, and where a condition also holds for who did nothing, everybody is meant who has a profile. */
  not?: boolean;
  /** All must hold, or Any one of these. */
  all?: Condition[];
  any?: Condition[];
  /** Did compares what a user did with a number. */
  did?: Did;
  /** First and Last say when the user's first or last event of a kind, of all time up to now, was. */
  first?: Occurrence;
  last?: Occurrence;
  /** Profile has filters by properties of profiles, which must all hold. */
  profile?: Filter[];
  /** Segment is the name of a segment that the user is in. */
  segment?: string;
  /** Behind is the list behind a number. */
  behind?: Behind;
}

/** Measure is what is counted or computed of a user's events. */
export const MeasureValues = [
  'count',
  'days',
  'sum',
  'mean',
  'min',
  'max',
  'distinct',
] as const;
export type Measure = (typeof MeasureValues)[number];

/**
 * Did compares a measure of the events that a user did in a time with a number. A sum, a count, days and distinct values are 0 where there is no event; a mean,
 * minimum or maximum of nothing compares with no number.
 */
export interface Did extends EventSelector, Span {
  /** Measure is Count by default. */
  measure?: Measure;
  /** Property is what sum, mean, min, max and distinct are of. */
  property?: string;
  /** Operator is one of >=, <=, =, !=, < and >; >= by default. */
  operator?: Operator;
  /** Value is what the measure is compared with, a number; 1 by default. */
  value?: string;
}

/** Occurrence picks the events of a kind, and says when one of them was. */
export interface Occurrence extends EventSelector, Span {}

/**
 * Span is a time: the last days, or from a date to another, or, if nothing is set, ever. Events after now are in none. Dates and days are cut in the segment's
 * zone.
 */
export interface Span {
  /** LastDays is today and so many days before it, 1 to 3660. */
  lastDays?: number;
  /** Since is the first day, and Until the last one, as 2026-03-01. */
  since?: string;
  until?: string;
}

/** Behind is a query whose answer lists users, asked over a relative range. */
export interface Behind {
  /** Query is a saved query, as a panel has it. */
  query: unknown;
  /** LastDays is the range: today and so many days before it, 1 to 3660, up to now. */
  lastDays: number;
}

/** StickinessOutput is the frame that a stickiness query returns. */
export const StickinessOutputValues = [
  /** StickinessTable has a row for each number of buckets: how many users were active in exactly that many, and in at least that many. */
  'table',
  /**
   * StickinessRate is one number, the share of the active users who were active in at least AtLeast buckets: what an alert rule
   * or a stat panel takes.
   */
  'rate',
] as const;
export type StickinessOutput = (typeof StickinessOutputValues)[number];

/** Stickiness asks in how many buckets each user was active. The buckets are all that touch the range, each counted whole. */
export interface Stickiness extends EventSelector {
  /** Interval is the bucket: hour, day (default), week or month. */
  interval?: Period;
  /** Output is table (default) or rate. */
  output?: StickinessOutput;
  /** AtLeast is the number of buckets that the rate is about, 1 to 1000. Default 2. */
  atLeast?: number;
}

/** TimelineOrder is the order of a timeline's events. */
export const TimelineOrderValues = [
  'newest',
  'oldest',
] as const;
export type TimelineOrder = (typeof TimelineOrderValues)[number];

/** Timeline lists the events of one user, or of one session. */
export interface Timeline extends EventSelector {
  /**
   * User is the user_id, Session the session_id. At least one is given; with both, the user's events in that session are
   * listed. A user is found quickly; for a session without its user, the whole range is searched.
   */
  user?: string;
  session?: string;
  /** Order is newest (default) or oldest: which events come first. Events beyond Limit are left out at the end. */
  order?: TimelineOrder;
  /** Limit is how many events to list, 1 to 1000. Default 100. */
  limit?: number;
}

/** TrendValue is what a trend counts. */
export const TrendValueValues = [
  'events',
  /** TrendUsers counts each user once a bucket. */
  'users',
  /** TrendSessions counts each session once a bucket. */
  'sessions',
  /** TrendUsers7Days counts the different users of the 7 days that end with the bucket, and TrendUsers30Days of the 30 days. */
  'users_7_days',
  'users_30_days',
] as const;
export type TrendValue = (typeof TrendValueValues)[number];

/** Trend counts events, users or sessions over time, bucket by bucket. Buckets without any are 0, and future buckets are empty. */
export interface Trend {
  /** Series are what is counted, 1 to 10. Default: one series of any event. */
  series?: TrendSeries[];
  /** Value is events (default), users, sessions, users_7_days or users_30_days. */
  value?: TrendValue;
  /** Interval is the bucket: hour, day (default), week, month or auto. Not hour for users_7_days and users_30_days, whose auto is a day at least. */
  interval?: Interval;
  /**
   * Breakdown splits each series by the values of a property. The values are chosen for each series by what it counts over the
   * whole range.
   */
  breakdown?: Breakdown;
}

/** TrendSeries is one line of a trend. */
export interface TrendSeries extends EventSelector {
  /** Label is shown instead of the event's name. No two series may have the same title. */
  label?: string;
}
