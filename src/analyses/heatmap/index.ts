import { t } from '../../i18n';
import { AnyEvent } from '../../types.gen';
import type { Analysis } from '../analysis';
import { HeatmapEditor } from './Editor';
import { heatmapQuestion } from './question';
import { validateHeatmap } from './validate';

export const heatmap: Analysis<'heatmap'> = {
  choice: () => ({
    label: t('editor.heatmap', 'Heatmap'),
    description: t('editor.heatmap-text', 'By hour and weekday, or by two properties'),
  }),
  editor: HeatmapEditor,
  fresh: { event: AnyEvent },
  expand: (expander, part) => ({
    ...expander.selector(part),
    xProperty: expander.joined(part.xProperty),
    yProperty: expander.joined(part.yProperty),
    breakdown: expander.breakdown(part.breakdown),
    elements: expander.breakdown(part.elements),
    scroll: part.scroll && { ...expander.selector(part.scroll), property: expander.joined(part.scroll.property) ?? '' },
  }),
  question: heatmapQuestion,
  validate: validateHeatmap,
};
