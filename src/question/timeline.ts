import { AnyEvent, type Timeline } from '../types.gen';
import { eventOrAny } from './words';

export function timelineQuestion(t: Timeline): string {
  const everything = (t.event || AnyEvent) === AnyEvent && !t.filters?.length;
  const asked = everything ? `What does ${whoText(t)} do` : `When does ${whoText(t)} do ${eventOrAny(t)}`;
  return `${asked}, ${t.order || 'newest'} first?`;
}

function whoText({ user, session }: Timeline): string {
  if (session && !user) {
    return `session ${session}`;
  }
  return `user ${user || '…'}${session ? ` in session ${session}` : ''}`;
}
