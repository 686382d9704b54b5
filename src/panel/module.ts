import './publicPath';
import { FieldConfigProperty, PanelPlugin, ThresholdsMode } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { FootfallPanel } from './FootfallPanel';
import { addOptions, type PanelOptions } from './options';
import panelJson from './plugin.json';
import { suggest } from './suggest';

// Grafana has loaded locales/ by now. Nothing is drawn before this is done, so there is nothing to wait for.
void initPluginTranslations(panelJson.id);

export const plugin = new PanelPlugin<PanelOptions>(FootfallPanel)
  // Numbers are neither good nor bad until somebody says so.
  .useFieldConfig({
    standardOptions: {
      [FieldConfigProperty.Thresholds]: {
        defaultValue: { mode: ThresholdsMode.Absolute, steps: [{ value: -Infinity, color: 'text' }] },
      },
    },
  })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier(suggest);
