import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import type { SecretInput } from '@grafana/ui';
import type { ComponentProps } from 'react';
import type { FootfallOptions, FootfallSecrets } from '../types';

type Props = DataSourcePluginOptionsEditorProps<FootfallOptions, FootfallSecrets>;

/** What a secret's input needs: the text goes to the back end, which never sends it back. */
export function secret(
  key: keyof FootfallSecrets,
  options: Props['options'],
  onOptionsChange: Props['onOptionsChange']
) {
  return {
    isConfigured: Boolean(options.secureJsonFields?.[key]),
    value: options.secureJsonData?.[key] ?? '',
    onChange: (event: { currentTarget: { value: string } }) =>
      onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [key]: event.currentTarget.value } }),
    onReset: () =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...options.secureJsonFields, [key]: false },
        secureJsonData: { ...options.secureJsonData, [key]: '' },
      }),
  } satisfies Partial<ComponentProps<typeof SecretInput>>;
}
