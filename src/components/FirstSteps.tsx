import { locationUtil } from '@grafana/data';
import { Divider, FieldSet, LinkButton, Text } from '@grafana/ui';
import { useState } from 'react';
import { t } from '../i18n';
import { useArrived } from '../panel/views/start/useArrived';
import { Ways } from '../panel/views/start/Start';

/** What comes after a data source has been set up: its first event, and the dashboards that it brings along. */
export function FirstSteps({ uid }: { uid: string }) {
  const arrival = useArrived(uid);
  const [wasEmpty, setWasEmpty] = useState(false);
  if (arrival?.events === 0 && !wasEmpty) {
    setWasEmpty(true); // and what has been waited for is seen to come
  }
  if (!arrival) {
    return null; // it cannot be asked yet
  }
  return (
    <>
      <Divider />
      {wasEmpty && (
        <>
          <Ways source={uid} arrival={arrival} />
          <Divider />
        </>
      )}
      <FieldSet label={t('config.dashboards', 'Sample dashboards')}>
        <Text element="p" color="secondary">
          {t(
            'config.dashboards-text',
            'Overview, funnels, retention, activity, paths and more come with the data source, and draw what it has.'
          )}
        </Text>
        <LinkButton
          href={locationUtil.assureBaseUrl(`/connections/datasources/edit/${uid}/dashboards`)}
          icon="apps"
          variant="secondary"
        >
          {t('config.import-dashboards', 'Import sample dashboards')}
        </LinkButton>
      </FieldSet>
    </>
  );
}
