import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { PathsEditor } from './Editor';
import { pathsQuestion } from './question';

export const paths: Analysis<'paths'> = {
  choice: () => ({
    label: t('editor.paths', 'Paths'),
    description: t('editor.paths-text', 'What is done after an event, or before it'),
  }),
  editor: PathsEditor,
  fresh: { event: AnyEvent },
  expand: (expander, part) => ({ ...expander.withProperty(part), gap: expander.joined(part.gap) }),
  question: pathsQuestion,
  validate: (checks, part) => checks.filters('paths.filters', part.filters),
};
