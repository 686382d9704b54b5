import type { Analysis } from '../analysis';
import { AnnotationsEditor } from './Editor';
import { annotationsQuestion } from './question';
import { validateAnnotations } from './validate';

/** Moments that a dashboard marks. Panels do not offer it: it has a place of its own, in the dashboard's settings. */
export const annotations: Analysis<'annotations'> = {
  editor: AnnotationsEditor,
  fresh: { event: '' },
  expand: (expander, part) => expander.withProperty(part),
  question: annotationsQuestion,
  validate: validateAnnotations,
};
