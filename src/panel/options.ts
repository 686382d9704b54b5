import type { PanelOptionsEditorBuilder } from '@grafana/data';
import { t } from '../i18n';
import { viewNames, views, type ViewName } from './views';

/** What an admin or analyst can say about a panel. What is not said is told by the data source, or fits the panel's size. */
export interface PanelOptions {
  /** How the answer is drawn; the data source says so where this is empty. */
  view?: ViewName | '';
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
}
