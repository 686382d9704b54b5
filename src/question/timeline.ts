import { t } from '../i18n';
import { AnyEvent, type Timeline } from '../types.gen';
import { ask, eventOrAny, nameText } from './words';

export function timelineQuestion(timeline: Timeline): string {
  const everything = (timeline.event || AnyEvent) === AnyEvent && !timeline.filters?.length;
  const who = whoText(timeline);
  return ask(
    everything
      ? t('question.timeline', 'What does {{who}} do', { who })
      : t('question.timeline-event', 'When does {{who}} do {{event}}', { who, event: eventOrAny(timeline) }),
    timeline.order === 'oldest'
      ? t('question.oldest-first', 'oldest first')
      : t('question.newest-first', 'newest first')
  );
}

function whoText(timeline: Timeline): string {
  const values = { user: nameText(timeline.user), session: nameText(timeline.session) };
  if (!timeline.session) {
    return t('question.user', 'user {{user}}', values);
  }
  return timeline.user
    ? t('question.user-in-session', 'user {{user}} in session {{session}}', values)
    : t('question.session', 'session {{session}}', values);
}
