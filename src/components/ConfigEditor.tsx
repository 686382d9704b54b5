import { css } from '@emotion/css';
import type { DataSourcePluginOptionsEditorProps, GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';
import {
  CollapsableSection,
  Combobox,
  Divider,
  Field,
  FieldSet,
  Input,
  SecretInput,
  SecretTextArea,
  SecureSocksProxySettings,
  Switch,
  Text,
  TextLink,
  useStyles2,
} from '@grafana/ui';
import { docs } from '../docs';
import { t } from '../i18n';
import type { FootfallOptions, FootfallSecrets } from '../types';
import { FirstSteps } from './FirstSteps';
import { OverlaySettings } from './OverlaySettings';
import { secret } from './secret';
import { ZonePicker } from './ZonePicker';
import { useSame } from './useSame';

type Props = DataSourcePluginOptionsEditorProps<FootfallOptions, FootfallSecrets>;

const width = 40;
/** The placeholder of an empty field, a default or an example: the same in every language. */
const example = {
  collector: 'https://events.example.com',
  host: 'localhost:5432',
  name: 'footfall',
  pem: '-----BEGIN ...',
  sslmode: 'verify-full',
  zone: 'UTC',
};

export function ConfigEditor(props: Props) {
  const { jsonData } = props.options;
  const {
    timeZone,
    weekStart,
    queryTimeout,
    rowLimit,
    maxOpenConns,
    answerMemory,
    hideUsersFromViewers,
    enableSecureSocksProxy,
  } = jsonData;
  const additional = [
    timeZone,
    weekStart,
    queryTimeout,
    rowLimit,
    maxOpenConns,
    answerMemory,
    hideUsersFromViewers,
    enableSecureSocksProxy,
  ];
  return (
    <>
      <Description />
      <Divider />
      <ConnectionSettings {...props} />
      <Divider />
      <CollectorSettings {...props} />
      <Divider />
      <TlsSettings {...props} />
      <Divider />
      <OverlaySettings {...props} />
      <Divider />
      <CollapsableSection
        label={t('config.additional', 'Additional settings')}
        isOpen={additional.some((setting) => setting !== undefined)}
      >
        <AnalysisSettings {...props} />
        <LimitSettings {...props} />
        <PrivacySettings {...props} />
        {config.secureSocksDSProxyEnabled && <SecureSocksProxySettings {...props} />}
      </CollapsableSection>
      {/* Newly asked after each change that was saved. */}
      {props.options.uid && <FirstSteps key={props.options.version} uid={props.options.uid} />}
    </>
  );
}

function Description() {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.description}>
      <Text element="p" color="secondary">
        {t(
          'config.description',
          'Funnels, retention and heatmaps of user behaviour, from a TimescaleDB that the collector has filled.'
        )}{' '}
        <TextLink href={`${docs}/configure.md`} external inline>
          {t('config.docs', 'How to set up the data source')}
        </TextLink>
      </Text>
      <Text element="p" color="secondary">
        {t('config.required', 'Fields marked with * are required.')}
      </Text>
    </div>
  );
}

function ConnectionSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  return (
    <FieldSet label={t('config.connection', 'Connection')}>
      <Field
        label={t('config.host', 'Host')}
        description={t('config.host-text', 'Host and port of the TimescaleDB server')}
        required
      >
        <Input
          id="config-host"
          width={width}
          placeholder={example.host}
          value={options.url}
          onChange={(event) => onOptionsChange({ ...options, url: event.currentTarget.value })}
        />
      </Field>
      <Field label={t('config.database', 'Database')} required>
        <Input
          id="config-database"
          width={width}
          placeholder={example.name}
          value={jsonData.database ?? ''}
          onChange={(event) =>
            onOptionsChange({ ...options, jsonData: { ...jsonData, database: event.currentTarget.value } })
          }
        />
      </Field>
      <Field
        label={t('config.user', 'User')}
        description={t(
          'config.user-text',
          'A database user that may only read: a member of the reader role that collector migrate names'
        )}
        required
      >
        <Input
          id="config-user"
          width={width}
          value={options.user}
          onChange={(event) => onOptionsChange({ ...options, user: event.currentTarget.value })}
        />
      </Field>
      <Field
        label={t('config.password', 'Password')}
        description={t('config.password-text', 'Empty where a client certificate stands for it')}
      >
        <SecretInput id="config-password" width={width} {...secret('password', options, onOptionsChange)} />
      </Field>
      <Field label={t('config.schema', 'Schema')} description={t('config.schema-text', 'Where the event tables are')}>
        <Input
          id="config-schema"
          width={width}
          placeholder={example.name}
          value={jsonData.schema ?? ''}
          onChange={(event) =>
            onOptionsChange({ ...options, jsonData: { ...jsonData, schema: event.currentTarget.value || undefined } })
          }
        />
      </Field>
    </FieldSet>
  );
}

function CollectorSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  return (
    <FieldSet label={t('config.collector', 'Collector')}>
      <Field
        label={t('config.collector-url', 'Address')}
        description={t(
          'config.collector-url-text',
          'Where events are sent to. Whoever has none yet is shown how to send the first one there'
        )}
      >
        <Input
          id="config-collector-url"
          width={width}
          placeholder={example.collector}
          value={jsonData.collectorUrl ?? ''}
          onChange={(event) =>
            onOptionsChange({
              ...options,
              jsonData: { ...jsonData, collectorUrl: event.currentTarget.value || undefined },
            })
          }
        />
      </Field>
    </FieldSet>
  );
}

const sslModeOptions = () => [
  { value: 'disable' as const, description: t('config.tls-disable', 'No encryption') },
  {
    value: 'require' as const,
    description: t('config.tls-require', 'Encrypted; the certificate is not checked'),
  },
  {
    value: 'verify-ca' as const,
    description: t('config.tls-verify-ca', 'Encrypted; the certificate is of the CA below'),
  },
  {
    value: 'verify-full' as const,
    description: t('config.tls-verify-full', 'Encrypted; the certificate is of the CA and for this host'),
  },
];

function TlsSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const sslModes = useSame(sslModeOptions());
  const pem = (label: string, description: string, key: keyof FootfallSecrets) => (
    <Field label={label} description={description}>
      <SecretTextArea
        id={`config-${key}`}
        cols={60}
        rows={5}
        placeholder={example.pem}
        {...secret(key, options, onOptionsChange)}
      />
    </Field>
  );
  return (
    <FieldSet label={t('config.tls', 'TLS')}>
      <Field label={t('config.tls-mode', 'TLS mode')}>
        <Combobox
          id="config-sslmode"
          width={width}
          placeholder={example.sslmode}
          options={sslModes}
          value={jsonData.sslmode ?? null}
          onChange={(option) => onOptionsChange({ ...options, jsonData: { ...jsonData, sslmode: option.value } })}
        />
      </Field>
      {jsonData.sslmode !== 'disable' && (
        <>
          {pem(
            t('config.ca-certificate', 'CA certificate'),
            t(
              'config.ca-certificate-text',
              'Who signed the server certificate. Empty: the authorities that the system trusts'
            ),
            'tlsCACert'
          )}
          {pem(
            t('config.client-certificate', 'Client certificate'),
            t('config.client-certificate-text', 'Only where the server asks for one'),
            'tlsClientCert'
          )}
          {pem(
            t('config.client-key', 'Client key'),
            t('config.client-key-text', 'The key of the client certificate'),
            'tlsClientKey'
          )}
        </>
      )}
    </FieldSet>
  );
}

const weekStartOptions = () => [
  { value: 'monday' as const, label: t('config.monday', 'Monday') },
  { value: 'sunday' as const, label: t('config.sunday', 'Sunday') },
  { value: 'saturday' as const, label: t('config.saturday', 'Saturday') },
];

function AnalysisSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const weekStarts = useSame(weekStartOptions());
  return (
    <FieldSet label={t('config.analysis', 'Analysis')}>
      <Field
        label={t('config.time-zone', 'Default time zone')}
        description={t('config.time-zone-text', 'For queries that come without one, such as those of alert rules')}
      >
        <ZonePicker
          id="config-time-zone"
          placeholder={example.zone}
          value={jsonData.timeZone}
          onChange={(timeZone) => onOptionsChange({ ...options, jsonData: { ...jsonData, timeZone } })}
        />
      </Field>
      <Field label={t('config.week-start', 'Week starts on')}>
        <Combobox
          id="config-week-start"
          width={26}
          options={weekStarts}
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
    key: 'queryTimeout' | 'rowLimit' | 'maxOpenConns' | 'answerMemory',
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
    <FieldSet label={t('config.limits', 'Limits')}>
      {number(
        t('config.query-timeout', 'Query timeout'),
        t('config.query-timeout-text', 'Seconds after which a query is cancelled'),
        'queryTimeout',
        30
      )}
      {number(
        t('config.row-limit', 'Row limit'),
        t('config.row-limit-text', 'The most rows that a query may return'),
        'rowLimit',
        10000
      )}
      {number(
        t('config.open-connections', 'Open connections'),
        t('config.open-connections-text', 'The most connections to the database at a time'),
        'maxOpenConns',
        10
      )}
      {number(
        t('config.answer-memory', 'Memory for answers'),
        t(
          'config.answer-memory-text',
          'Megabytes for events and results that further questions can use; with less they take longer'
        ),
        'answerMemory',
        128
      )}
    </FieldSet>
  );
}

function PrivacySettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  return (
    <FieldSet label={t('config.privacy', 'Privacy')}>
      <Field
        label={t('config.hide-users', 'Hide single users from viewers')}
        description={t(
          'config.hide-users-text',
          'Lists of users or sessions, timelines, and filters or breakdowns by their ids are for editors and admins only'
        )}
      >
        <Switch
          id="config-hide-users"
          value={jsonData.hideUsersFromViewers ?? false}
          onChange={(event) =>
            onOptionsChange({
              ...options,
              jsonData: { ...jsonData, hideUsersFromViewers: event.currentTarget.checked },
            })
          }
        />
      </Field>
    </FieldSet>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  description: css({ display: 'grid', gap: theme.spacing(1), maxWidth: theme.breakpoints.values.md }),
});
