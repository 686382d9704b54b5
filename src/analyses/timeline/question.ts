import type { Filled } from '../../defaults';
import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import { ask, eventText, nameText } from '../../question/words';

export function timelineQuestion(timeline: Filled<'timeline'>): string {
  const everything = timeline.event === AnyEvent && !timeline.filters?.length;
  const who = whoText(timeline);
  return ask(
    everything
      ? t('question.timeline', 'What does {{who}} do', { who })
      : t('question.timeline-event', 'When does {{who}} do {{event}}', { who, event: eventText(timeline) }),
    timeline.order === 'oldest'
      ? t('question.oldest-first', 'oldest first')
      : t('question.newest-first', 'newest first')
  );
}

function whoText(timeline: Filled<'timeline'>): string {
  const values = { user: nameText(timeline.user), session: nameText(timeline.session) };
  if (!timeline.session) {
    return t('question.user', 'user {{user}}', values);
  }
  return timeline.user
    ? t('question.user-in-session', 'user {{user}} in session {{session}}', values)
    : t('question.session', 'session {{session}}', values);
}
