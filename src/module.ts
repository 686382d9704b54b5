import { DataSourcePlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import pluginJson from '../plugin.json';
import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { QueryHelp } from './components/QueryHelp';
import { DataSource } from './datasource';
import type { FootfallOptions, FootfallQuery, FootfallSecrets } from './types';

// Grafana has loaded locales/ by now. Nothing is drawn before this is done, so there is nothing to wait for.
void initPluginTranslations(pluginJson.id);

export const plugin = new DataSourcePlugin<DataSource, FootfallQuery, FootfallOptions, FootfallSecrets>(DataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryHelp);
