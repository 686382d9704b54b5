import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { StickinessEditor } from './Editor';
import { stickinessQuestion } from './question';

export const stickiness: Analysis<'stickiness'> = {
  choice: () => ({
    label: t('editor.stickiness', 'Stickiness'),
    description: t('editor.stickiness-text', 'On how many days each user is active'),
  }),
  editor: StickinessEditor,
  fresh: { event: AnyEvent },
  expand: (expander, part) => expander.selector(part),
  question: stickinessQuestion,
  validate: (checks, part) => checks.filters('stickiness.filters', part.filters),
};
