import type { DataFrame, Field } from '@grafana/data';
import { wordOf } from '../../../said';

/** The steps of a funnel, in order, and the groups of users that a breakdown makes; one without a name if there is none. */
export interface FunnelSteps {
  frame: DataFrame;
  steps: Step[];
  groups: string[];
  withGroups: boolean;
  fields: StepFields;
}

export interface Step {
  name: string;
  /** An optional step stands beside the way: nobody is lost at it, and the steps after it do not need it. */
  isOptional: boolean;
  /** One for each group. */
  bars: Bar[];
}

/** The users of a group at a step. */
export interface Bar {
  /** The row of the frame. */
  row: number;
  users: number;
  /** Of the group's users at the first step. */
  share: number | null;
  /** Of the group's users at the main step before. */
  ofPrevious: number | null;
  medianSeconds: number | null;
  /** Who stopped at this step: for good, and for the time being. Null at the last step and at optional ones. */
  dropped: number | null;
  inProgress: number | null;
  /** The shares of the group's first users who stopped at the main step before: what is missing to its bar. */
  missing: { dropped: number; inProgress: number };
}

interface StepFields {
  /** Users, or sessions. */
  users: Field<number>;
  share: Field<number | null>;
  ofPrevious: Field<number | null>;
  dropped: Field<number | null>;
  inProgress: Field<number | null>;
  median: Field<number | null>;
}

/** Reads the table of steps (pkg/frames/funnel.go); undefined for a frame that is none. */
export function readSteps(frame: DataFrame): FunnelSteps | undefined {
  const fieldOf = (...names: string[]) => frame.fields.find(({ name }) => names.includes(name));
  const [step, breakdown, users] = [fieldOf('step'), fieldOf('breakdown'), fieldOf('users', 'sessions')];
  const [share, ofPrevious] = [fieldOf('share_of_first'), fieldOf('share_of_previous')];
  const [dropped, inProgress, median] = [fieldOf('dropped'), fieldOf('in_progress'), fieldOf('median_time')];
  if (!step || !users || !share || !ofPrevious || !dropped || !inProgress || !median) {
    return undefined;
  }
  const fields = { users, share, ofPrevious, dropped, inProgress, median };
  const keys = [...new Set<string>(step.values)];
  const groups = [...new Set<string>(breakdown?.values ?? [''])];
  const rows = new Map(step.values.map((key, row) => [rowKey(breakdown?.values[row] ?? '', key), row]));
  if (rows.size !== keys.length * groups.length) {
    return undefined; // what a filter has left over
  }
  const rowsOf = (group: string) => keys.map((key) => rows.get(rowKey(group, key))!);
  const bars = groups.map((group) => readBars(fields, rowsOf(group)));
  return {
    frame,
    fields,
    groups: groups.map((group) => (breakdown ? wordOf(breakdown, group) : group)),
    withGroups: breakdown !== undefined,
    steps: keys.map((key, at) => ({
      name: wordOf(step, key),
      isOptional: isOptional(bars[0], at),
      bars: bars.map((ofGroup) => ofGroup[at]),
    })),
  };
}

/** The bars of one group, of which these are the rows. */
function readBars(fields: StepFields, rows: number[]): Bar[] {
  const bars: Bar[] = rows.map((row) => ({
    row,
    users: fields.users.values[row],
    share: fields.share.values[row],
    ofPrevious: fields.ofPrevious.values[row],
    medianSeconds: fields.median.values[row],
    dropped: fields.dropped.values[row],
    inProgress: fields.inProgress.values[row],
    missing: { dropped: 0, inProgress: 0 },
  }));
  const first = bars[0].users;
  let before: Bar | undefined;
  bars.forEach((bar, at) => {
    if (isOptional(bars, at)) {
      return;
    }
    if (before && first > 0) {
      bar.missing = { dropped: (before.dropped ?? 0) / first, inProgress: (before.inProgress ?? 0) / first };
    }
    before = bar;
  });
  return bars;
}

/** The last step is never optional. */
function isOptional(bars: Bar[], at: number): boolean {
  return bars[at].dropped === null && at < bars.length - 1;
}

function rowKey(group: string, step: string): string {
  return JSON.stringify([group, step]);
}

/** The way from a main step to the next one. */
export interface Way {
  /** The places of the two steps. */
  from: number;
  to: number;
  /** The share below which it is to be marked. */
  threshold?: number;
}

/** The ways of a funnel, with the thresholds that the panel's option names. */
export function waysOf(steps: Step[], thresholds: Threshold[]): Way[] {
  const main = steps.flatMap(({ isOptional }, at) => (isOptional ? [] : [at]));
  return main.slice(1).map((to, i) => ({
    from: main[i],
    to,
    threshold: thresholds.length === 1 ? thresholds[0] : thresholds[i],
  }));
}

/** Reports whether a way's conversion is to be marked. */
export function isLow(share: number | null, { threshold }: Way): boolean {
  return share !== null && threshold !== undefined && share < threshold;
}

type Threshold = number | undefined;

/**
 * The thresholds, as shares, that a text names in percent: one for every way, or one for each in order; an empty place is a way without
 * one. Undefined is a text that cannot be read.
 */
export function readThresholds(text: string): Threshold[] | undefined {
  const parts = text.split(/[,;，；]/).map((part) => part.replace(/[%％]\s*$/, '').trim());
  const read = parts.map((part) => (part === '' ? undefined : Number(part) / 100));
  return read.every((share) => share === undefined || (share >= 0 && share <= 1)) ? read : undefined;
}
