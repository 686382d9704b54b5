import type { DataFrame, PanelOptionsEditorBuilder } from '@grafana/data';
import { t } from '../i18n';
import type { PageImage } from './views/clicks/pages';
import { PagesEditor } from './views/clicks/PagesEditor';
import { PageUrlEditor } from './views/clicks/PageUrlEditor';
import { viewNames, viewOf, views, type ViewName } from './views';

/** What an admin or analyst can say about a panel. What is not said is told by the data source, or fits the panel's size. */
export interface PanelOptions {
  /** How the answer is drawn; the data source says so where this is empty. */
  view?: ViewName | '';
  /** Where images of pages are, with ${page} and ${viewport} in it. */
  pageUrl?: string;
  /** What places on a page are counted in; pixels where this is empty. */
  pageUnit?: PageUnit;
  /** What pages look like, beneath the clicks on them. */
  pages?: PageImage[];
  /** How the bars of a funnel lie; as it suits the panel's shape where this is empty. */
  funnelDirection?: FunnelDirection;
  /** The percent below which the way to a funnel's next step is marked: one for all ways, or one for each, with commas between. */
  markBelow?: string;
  /** What the cells of cohorts hold at first. */
  cohortCells?: CohortCells;
  /** How cohorts are drawn at first. */
  cohortForm?: CohortForm;
}

export type FunnelDirection = 'auto' | 'horizontal' | 'vertical';
export type PageUnit = 'pixels' | 'percent';
export type CohortCells = 'rates' | 'counts';
export type CohortForm = 'triangle' | 'curves';

export function addOptions(builder: PanelOptionsEditorBuilder<PanelOptions>) {
  builder.addSelect({
    path: 'view',
    name: t('panel.view', 'View'),
    description: t('panel.view-help', 'How the answer is drawn. Automatic is what suits the question.'),
    defaultValue: '',
    settings: {
      options: [
        { value: '', label: t('panel.automatic', 'Automatic') },
        ...viewNames.map((value) => ({ value, label: views[value].title() })),
      ],
    },
  });
  builder
    .addRadio({
      path: 'funnelDirection',
      name: t('funnel.direction', 'Bars'),
      description: t('funnel.direction-help', 'Automatic stands them up where the panel is wide enough.'),
      defaultValue: 'auto',
      settings: {
        options: [
          { value: 'auto', label: t('panel.automatic', 'Automatic') },
          { value: 'horizontal', label: t('funnel.horizontal', 'Horizontal') },
          { value: 'vertical', label: t('funnel.vertical', 'Vertical') },
        ],
      },
      showIf: draws('funnel'),
    })
    .addTextInput({
      path: 'markBelow',
      name: t('funnel.mark-below', 'Mark conversion below'),
      description: t(
        'funnel.mark-below-help',
        'In percent: one number for every step, or one for each way from step to step, such as 30, 60. An empty place marks nothing.'
      ),
      defaultValue: '',
      settings: { placeholder: '30, 60' },
      showIf: draws('funnel'),
    })
    .addRadio({
      path: 'cohortForm',
      name: t('cohorts.form', 'Form'),
      description: t('cohorts.form-help', 'How cohorts are drawn until somebody switches.'),
      defaultValue: 'triangle',
      settings: {
        options: [
          { value: 'triangle', label: t('cohorts.triangle', 'Triangle') },
          { value: 'curves', label: t('cohorts.curves', 'Curves') },
        ],
      },
      showIf: draws('cohorts'),
    })
    .addRadio({
      path: 'cohortCells',
      name: t('cohorts.cells', 'Cells'),
      description: t('cohorts.cells-help', 'What the cells hold until somebody switches.'),
      defaultValue: 'rates',
      settings: {
        options: [
          { value: 'rates', label: t('cohorts.rates', 'Rates') },
          { value: 'counts', label: t('cohorts.counts', 'Counts') },
        ],
      },
      showIf: draws('cohorts'),
    });
  builder.addRadio({
    path: 'pageUnit',
    name: t('clicks.unit', 'Places are in'),
    description: t('clicks.unit-help', 'What x and y of the events count. The live page is told where to draw them.'),
    defaultValue: 'pixels',
    settings: {
      options: [
        { value: 'pixels', label: t('clicks.pixels', 'Pixels') },
        { value: 'percent', label: t('clicks.percent', 'Percent of the page') },
      ],
    },
    showIf: draws('clicks'),
  });
  builder.addCustomEditor({
    id: 'pageUrl',
    path: 'pageUrl',
    name: t('clicks.page-url', "Address of the pages' images"),
    description: t(
      'clicks.page-url-help',
      'Of one page for each of its viewports: {{page}} stands for its path, {{viewport}} for mobile, tablet or desktop.',
      { page: '${page}', viewport: '${viewport}' }
    ),
    editor: PageUrlEditor,
    showIf: draws('clicks'),
  });
  builder.addCustomEditor({
    id: 'pages',
    path: 'pages',
    name: t('panel.pages', 'Pages beneath clicks'),
    description: t(
      'panel.pages-help',
      'Images of the page, one for each width. Clicks lie upon the one that is about as wide as they reach.'
    ),
    editor: PagesEditor,
    showIf: draws('clicks'),
  });
}

/** Reports whether a panel draws a view: the chosen one, or that of its answers. */
function draws(name: ViewName) {
  return ({ view }: PanelOptions, frames: DataFrame[] = []) =>
    view ? view === name : frames.some((frame) => viewOf(frame) === name);
}
