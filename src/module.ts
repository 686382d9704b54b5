import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { DataSource } from './datasource';
import type { FootfallOptions, FootfallQuery, FootfallSecrets } from './types';

export const plugin = new DataSourcePlugin<DataSource, FootfallQuery, FootfallOptions, FootfallSecrets>(DataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
