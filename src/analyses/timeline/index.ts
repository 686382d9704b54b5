import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { TimelineEditor } from './Editor';
import { timelineQuestion } from './question';
import { validateTimeline } from './validate';

export const timeline: Analysis<'timeline'> = {
  choice: () => ({
    label: t('editor.timeline', 'Timeline'),
    description: t('editor.timeline-text', 'All that one user did, or one session'),
  }),
  editor: TimelineEditor,
  fresh: { event: AnyEvent },
  expand: (expander, part) => ({
    ...expander.selector(part),
    user: expander.joined(part.user),
    session: expander.joined(part.session),
  }),
  question: timelineQuestion,
  validate: validateTimeline,
};
