import { t } from '../../i18n';
import type { Analysis } from '../analysis';
import { TrendEditor } from './Editor';
import { trendQuestion } from './question';
import { validateTrend } from './validate';

export const trend: Analysis<'trend'> = {
  choice: () => ({
    label: t('editor.trend', 'Trend'),
    description: t('editor.trend-text', 'Events, users or sessions over time'),
  }),
  editor: TrendEditor,
  fresh: {},
  initial: { interval: 'auto' },
  expand: (expander, part) => ({
    ...part,
    series: part.series?.map((series) => expander.labelled(series)),
    breakdown: expander.breakdown(part.breakdown),
  }),
  question: trendQuestion,
  validate: validateTrend,
};
