import { dateTimeFormat, type DataFrame, type Field } from '@grafana/data';

/** An event, by its row in the frame. */
export interface TimelineEvent {
  row: number;
  /** In milliseconds since 1970. */
  time: number;
  name: string;
  /** Milliseconds since the event before it in its session; undefined for the first. */
  gap?: number;
}

/** Events of one session; or of one day, where they are of none. They are in the order of the frame. */
export interface Session {
  key: string;
  /** The row that names the session; undefined where its events are of none. */
  named?: number;
  start: number;
  end: number;
  events: TimelineEvent[];
}

/** One event, or several of the same name in a row. */
export type Run = [TimelineEvent, ...TimelineEvent[]];

/** Fewer equal events in a row than this stand one by one. */
const foldFrom = 3;

/** The sessions of a timeline's frame, in the order of their first rows. */
export function sessionsOf(frame: DataFrame, timeZone: string): Session[] {
  const [time, event, session, user] = ['time', 'event', 'session', 'user_id'].map((name) => fieldOf(frame, name));
  const sessions = new Map<string, Session>();
  for (let row = 0; row < frame.length; row++) {
    const at: number = time?.values[row];
    const id: string | null = session?.values[row] ?? null;
    const day = dateTimeFormat(at, { timeZone, format: 'YYYY-MM-DD' });
    const key = JSON.stringify(id === null ? [day] : [id, user?.values[row] ?? null]);
    const found = sessions.get(key) ?? { key, named: id === null ? undefined : row, start: at, end: at, events: [] };
    found.start = Math.min(found.start, at);
    found.end = Math.max(found.end, at);
    found.events.push({ row, time: at, name: String(event?.values[row]) });
    sessions.set(key, found);
  }
  const list = [...sessions.values()];
  list.forEach(({ events }) => addGaps(events));
  return list;
}

/** Events are in the order of time, or the other way round. */
function addGaps(events: TimelineEvent[]) {
  const isNewestFirst = events[0].time > events[events.length - 1].time;
  for (let i = 1; i < events.length; i++) {
    const later = isNewestFirst ? events[i - 1] : events[i];
    later.gap = Math.abs(events[i].time - events[i - 1].time);
  }
}

/** The events with those of the same name in a row together, where they are many. */
export function runsOf(events: TimelineEvent[]): Run[] {
  const runs: Run[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.[0].name === event.name) {
      last.push(event);
    } else {
      runs.push([event]);
    }
  }
  return runs.flatMap((run) => (run.length < foldFrom ? run.map<Run>((event) => [event]) : [run]));
}

/** How often each event happened, the most frequent first. */
export function frequencies(sessions: Session[]): Array<[name: string, count: number]> {
  const counts = new Map<string, number>();
  for (const { name } of sessions.flatMap(({ events }) => events)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

export function fieldOf(frame: DataFrame, name: string): Field | undefined {
  return frame.fields.find((field) => field.name === name);
}
