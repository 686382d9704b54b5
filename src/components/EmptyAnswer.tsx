import { locationUtil, type PanelData } from '@grafana/data';
import { Alert, LinkButton } from '@grafana/ui';
import { t } from '../i18n';
import { emptinessOf } from '../panel/shared/emptiness';
import { sayText } from '../said';

/** Says why the last answer is empty, where it is; for a data source without events, where it is said how to send the first one. */
export function EmptyAnswer({ uid, data, refId }: { uid: string; data?: PanelData; refId: string }) {
  const frame = data?.series.find((each) => each.refId === refId && emptinessOf(each));
  const emptiness = frame && emptinessOf(frame);
  if (!emptiness) {
    return null;
  }
  return (
    <Alert severity="info" title={sayText(emptiness.why)}>
      {emptiness.noEvents && (
        <LinkButton
          href={locationUtil.assureBaseUrl(`/connections/datasources/edit/${uid}`)}
          size="sm"
          variant="secondary"
        >
          {t('start.title', 'Send your first event')}
        </LinkButton>
      )}
    </Alert>
  );
}
