import { t } from '../../i18n';
import type { Analysis } from '../analysis';
import { FunnelEditor } from './Editor';
import { funnelQuestion } from './question';
import { validateFunnel } from './validate';

export const funnel: Analysis<'funnel'> = {
  choice: () => ({
    label: t('editor.funnel', 'Funnel'),
    description: t('editor.funnel-text', 'How far users get, step by step'),
  }),
  editor: FunnelEditor,
  fresh: { steps: [{ event: '' }, { event: '' }] },
  expand: (expander, part) => ({
    ...part,
    steps: part.steps.map((step) => expander.labelled(step)),
    window: expander.joined(part.window),
    exclusions: part.exclusions?.map((exclusion) => expander.selector(exclusion)),
    breakdown: expander.breakdown(part.breakdown),
    actors: part.actors && { ...part.actors, value: expander.joined(part.actors.value) },
  }),
  question: funnelQuestion,
  validate: validateFunnel,
};
