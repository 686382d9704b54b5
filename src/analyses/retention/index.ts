import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { RetentionEditor } from './Editor';
import { retentionQuestion } from './question';
import { validateRetention } from './validate';

export const retention: Analysis<'retention'> = {
  choice: () => ({
    label: t('editor.retention', 'Retention'),
    description: t('editor.retention-text', 'How many come back, by cohort and period'),
  }),
  editor: RetentionEditor,
  fresh: { start: { event: AnyEvent }, return: { event: AnyEvent } },
  expand: (expander, part) => ({
    ...part,
    start: expander.selector(part.start),
    return: expander.selector(part.return),
    breakdown: expander.breakdown(part.breakdown),
    actors: part.actors && {
      ...part.actors,
      cohort: expander.joined(part.actors.cohort) ?? '',
      value: expander.joined(part.actors.value),
    },
  }),
  question: retentionQuestion,
  validate: validateRetention,
};
