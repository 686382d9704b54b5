import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Combobox, Divider, Field, FieldSet, Input, SecretInput, SecretTextArea } from '@grafana/ui';
import type { ComponentProps } from 'react';
import { sslModes, weekStarts, type FootfallOptions, type FootfallSecrets } from '../types';
import { ZonePicker } from './ZonePicker';

type Props = DataSourcePluginOptionsEditorProps<FootfallOptions, FootfallSecrets>;

const width = 40;

const sslModeOptions = [
  { value: sslModes[0], label: 'disable', description: 'No encryption' },
  { value: sslModes[1], label: 'require', description: 'Encrypted; the certificate is not checked' },
  { value: sslModes[2], label: 'verify-ca', description: 'Encrypted; the certificate is of the CA below' },
  {
    value: sslModes[3],
    label: 'verify-full',
    description: 'Encrypted; the certificate is of the CA and for this host',
  },
];

const weekStartOptions = weekStarts.map((day) => ({ value: day, label: day[0].toUpperCase() + day.slice(1) }));

export function ConfigEditor(props: Props) {
  return (
    <>
      <ConnectionSettings {...props} />
      <Divider />
      <TlsSettings {...props} />
      <Divider />
      <AnalysisSettings {...props} />
      <Divider />
      <LimitSettings {...props} />
    </>
  );
}

function ConnectionSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  return (
    <FieldSet label="Connection">
      <Field label="Host" description="Host and port of the TimescaleDB server" required>
        <Input
          id="config-host"
          width={width}
          placeholder="localhost:5432"
          value={options.url}
          onChange={(event) => onOptionsChange({ ...options, url: event.currentTarget.value })}
        />
      </Field>
      <Field label="Database" required>
        <Input
          id="config-database"
          width={width}
          placeholder="footfall"
          value={jsonData.database ?? ''}
          onChange={(event) =>
            onOptionsChange({ ...options, jsonData: { ...jsonData, database: event.currentTarget.value } })
          }
        />
      </Field>
      <Field label="User" description="A role that may only read, such as a member of footfall_reader" required>
        <Input
          id="config-user"
          width={width}
          value={options.user}
          onChange={(event) => onOptionsChange({ ...options, user: event.currentTarget.value })}
        />
      </Field>
      <Field label="Password">
        <SecretInput id="config-password" width={width} {...secret('password', options, onOptionsChange)} />
      </Field>
      <Field label="Schema" description="Where the event tables are">
        <Input
          id="config-schema"
          width={width}
          placeholder="footfall"
          value={jsonData.schema ?? ''}
          onChange={(event) =>
            onOptionsChange({ ...options, jsonData: { ...jsonData, schema: event.currentTarget.value || undefined } })
          }
        />
      </Field>
    </FieldSet>
  );
}

function TlsSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const pem = (label: string, description: string, key: keyof FootfallSecrets) => (
    <Field label={label} description={description}>
      <SecretTextArea
        id={`config-${key}`}
        cols={60}
        rows={5}
        placeholder="-----BEGIN ..."
        {...secret(key, options, onOptionsChange)}
      />
    </Field>
  );
  return (
    <FieldSet label="TLS">
      <Field label="TLS mode">
        <Combobox
          id="config-sslmode"
          width={width}
          placeholder="verify-full"
          options={sslModeOptions}
          value={jsonData.sslmode ?? null}
          onChange={(option) => onOptionsChange({ ...options, jsonData: { ...jsonData, sslmode: option.value } })}
        />
      </Field>
      {jsonData.sslmode !== 'disable' && (
        <>
          {pem(
            'CA certificate',
            'Who signed the server certificate. Empty: the authorities that the system trusts',
            'tlsCACert'
          )}
          {pem('Client certificate', 'Only where the server asks for one', 'tlsClientCert')}
          {pem('Client key', 'The key of the client certificate', 'tlsClientKey')}
        </>
      )}
    </FieldSet>
  );
}

function AnalysisSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  return (
    <FieldSet label="Analysis">
      <Field label="Default time zone" description="For queries that come without one, such as those of alert rules">
        <ZonePicker
          id="config-time-zone"
          placeholder="UTC"
          value={jsonData.timeZone}
          onChange={(timeZone) => onOptionsChange({ ...options, jsonData: { ...jsonData, timeZone } })}
        />
      </Field>
      <Field label="Week starts on">
        <Combobox
          id="config-week-start"
          width={26}
          options={weekStartOptions}
          value={jsonData.weekStart ?? 'monday'}
          onChange={(option) => onOptionsChange({ ...options, jsonData: { ...jsonData, weekStart: option.value } })}
        />
      </Field>
    </FieldSet>
  );
}

function LimitSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const number = (
    label: string,
    description: string,
    key: 'queryTimeout' | 'rowLimit' | 'maxOpenConns',
    usual: number
  ) => (
    <Field label={label} description={description}>
      <Input
        id={`config-${key}`}
        type="number"
        min={1}
        width={20}
        placeholder={String(usual)}
        value={jsonData[key] ?? ''}
        onChange={(event) =>
          onOptionsChange({
            ...options,
            jsonData: { ...jsonData, [key]: event.currentTarget.value ? Number(event.currentTarget.value) : undefined },
          })
        }
      />
    </Field>
  );
  return (
    <FieldSet label="Limits">
      {number('Query timeout', 'Seconds after which a query is cancelled', 'queryTimeout', 30)}
      {number('Row limit', 'The most rows that a query may return', 'rowLimit', 10000)}
      {number('Open connections', 'The most connections to the database at a time', 'maxOpenConns', 10)}
    </FieldSet>
  );
}

/** What a secret's input needs: the text goes to the back end, which never sends it back. */
function secret(key: keyof FootfallSecrets, options: Props['options'], onOptionsChange: Props['onOptionsChange']) {
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
