import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { Button, ClipboardButton, Field, FieldSet, Input, SecretInput, Stack, TagsInput } from '@grafana/ui';
import { useEffect, useState } from 'react';
import type { DataSource } from '../datasource';
import { t } from '../i18n';
import type { FootfallOptions, FootfallSecrets } from '../types';
import { secret } from './secret';

type Props = DataSourcePluginOptionsEditorProps<FootfallOptions, FootfallSecrets>;

const width = 40;
/** Bytes of a private key: any are one. */
const keyBytes = 32;
/** The same in every language. */
const example = 'https://shop.example';

/** Where clicks can be shown on live pages, and the key that signs the links there. */
export function OverlaySettings({ options, onOptionsChange }: Props) {
  const { jsonData, secureJsonData, secureJsonFields, uid, version } = options;
  const key = secret('overlayKey', options, onOptionsChange);
  return (
    <FieldSet label={t('config.overlay', 'Clicks on live pages')}>
      <Field
        label={t('config.overlay-sites', 'Sites')}
        description={t(
          'config.overlay-sites-text',
          'Where panels may lead to, with the clicks drawn over the page: scheme and host, and Enter after each'
        )}
      >
        <TagsInput
          id="config-overlay-sites"
          width={width}
          placeholder={example}
          tags={jsonData.overlaySites ?? []}
          onChange={(sites) =>
            onOptionsChange({ ...options, jsonData: { ...jsonData, overlaySites: sites.length ? sites : undefined } })
          }
        />
      </Field>
      <Field
        label={t('config.overlay-key', 'Private key')}
        description={t(
          'config.overlay-key-text',
          'Signs the links; sites draw nothing that it has not signed. 32 random bytes in base64'
        )}
      >
        <Stack direction="row">
          <SecretInput id="config-overlay-key" width={width} {...key} />
          {!key.isConfigured && (
            <Button variant="secondary" onClick={() => key.onChange({ currentTarget: { value: newKey() } })}>
              {t('config.overlay-generate', 'Generate')}
            </Button>
          )}
        </Stack>
      </Field>
      {uid && secureJsonFields?.overlayKey && !secureJsonData?.overlayKey && <PublicKey key={version} uid={uid} />}
    </FieldSet>
  );
}

/** The key that goes into the sites, once the private one is saved. */
function PublicKey({ uid }: { uid: string }) {
  const [key, setKey] = useState('');
  useEffect(() => {
    let current = true;
    getDataSourceSrv()
      .get(uid)
      .then((found) => (found as unknown as DataSource).overlayKey())
      .then(
        (found) => current && setKey(found),
        () => {} // Save & test says what is wrong
      );
    return () => {
      current = false;
    };
  }, [uid]);
  return (
    key && (
      <Field
        label={t('config.overlay-public', 'Public key')}
        description={t('config.overlay-public-text', 'For footfall.init on the site, as overlayKey. It is no secret')}
      >
        <Input
          id="config-overlay-public"
          width={width + 16}
          readOnly
          value={key}
          addonAfter={
            <ClipboardButton icon="copy" variant="secondary" getText={() => key}>
              {t('start.copy', 'Copy')}
            </ClipboardButton>
          }
        />
      </Field>
    )
  );
}

/** A private key. These numbers are random enough for keys, and there are some in a Grafana on plain HTTP, too. */
function newKey(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(keyBytes))));
}
