import type { PanelOptionsEditorBuilder } from '@grafana/data';
import { t } from '../i18n';
import type { PageImage } from './views/clicks/pages';
import { PagesEditor } from './views/clicks/PagesEditor';
import { viewNames, viewOf, views, type ViewName } from './views';

/** What an admin or analyst can say about a panel. What is not said is told by the data source, or fits the panel's size. */
export interface PanelOptions {
  /** How the answer is drawn; the data source says so where this is empty. */
  view?: ViewName | '';
  /** What pages look like, beneath the clicks on them. */
  pages?: PageImage[];
}

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
  builder.addCustomEditor({
    id: 'pages',
    path: 'pages',
    name: t('panel.pages', 'Pages beneath clicks'),
    description: t(
      'panel.pages-help',
      'Images of the page, one for each width. Clicks lie upon the one that is about as wide as they reach.'
    ),
    editor: PagesEditor,
    showIf: ({ view }, series) =>
      view === 'clicks' || (!view && Boolean(series?.some((frame) => viewOf(frame) === 'clicks'))),
  });
}
