import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { AnomaliesEditor } from './Editor';
import { anomaliesQuestion } from './question';

export const anomalies: Analysis<'anomalies'> = {
  choice: () => ({
    label: t('editor.anomalies', 'Anomalies'),
    description: t('editor.anomalies-text', 'Busy users, or unusual times'),
  }),
  editor: AnomaliesEditor,
  fresh: { event: AnyEvent },
  expand: (expander, part) => ({ ...expander.selector(part), window: expander.joined(part.window) }),
  question: anomaliesQuestion,
  validate: (checks, part) => checks.filters('anomalies.filters', part.filters),
};
