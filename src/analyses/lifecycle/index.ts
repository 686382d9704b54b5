import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { LifecycleEditor } from './Editor';
import { lifecycleQuestion } from './question';

export const lifecycle: Analysis<'lifecycle'> = {
  choice: () => ({
    label: t('editor.lifecycle', 'Lifecycle'),
    description: t('editor.lifecycle-text', 'New, returning, resurrecting and dormant users'),
  }),
  editor: LifecycleEditor,
  fresh: { event: AnyEvent },
  initial: { interval: 'auto' },
  expand: (expander, part) => expander.selector(part),
  question: lifecycleQuestion,
  validate: (checks, part) => checks.filters('lifecycle.filters', part.filters),
};
