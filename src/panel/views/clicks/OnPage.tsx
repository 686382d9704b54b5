import { css } from '@emotion/css';
import { dateTimeFormat, type DataFrame, type DataQueryRequest, type GrafanaTheme2 } from '@grafana/data';
import { config, getDataSourceSrv } from '@grafana/runtime';
import { Alert, Button, LinkButton, LoadingPlaceholder, Modal, Stack, Text, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import type { DataSource } from '../../../datasource';
import { t } from '../../../i18n';
import { failureText } from '../../../said';
import type { FootfallOptions, FootfallQuery, OverlayLinks } from '../../../types';
import type { PageUnit } from '../../options';
import { useAsked } from '../../shared/Asked';

/** The height of the button with what parts it from the picture, in pixels. */
export const buttonRoom = 32;

/** A picture of a page that can be shown on the live one. */
interface Shown {
  asked: DataQueryRequest<FootfallQuery>;
  query: FootfallQuery;
  /** The frame's name, which is that of its value of the breakdown. */
  part: string;
  page: string;
}

/** What a frame can show on the live page; undefined unless it is of one page, and an admin has listed sites. */
export function useOnPage(frame: DataFrame): Shown | undefined {
  const asked = useAsked();
  const query = asked?.targets.find(({ refId }) => refId === frame.refId);
  const page: string | undefined = frame.meta?.custom?.page;
  // Who sees a dashboard that is public can ask nothing but its own queries.
  if (!asked || !query?.datasource?.uid || !page || config.publicDashboardAccessToken) {
    return undefined;
  }
  const settings = getDataSourceSrv().getInstanceSettings(query.datasource, asked.scopedVars);
  const sites = (settings?.jsonData as FootfallOptions | undefined)?.overlaySites ?? [];
  return sites.length > 0 ? { asked, query, part: frame.name ?? '', page } : undefined;
}

/** The button that leads to the live page. */
export function OnPage({ unit, ...shown }: Shown & { unit: PageUnit }) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const title = t('clicks.on-page', 'Show on the page');
  return (
    <div className={styles.row}>
      <Button
        size="sm"
        variant="secondary"
        fill="outline"
        icon="external-link-alt"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {title}
      </Button>
      {open && (
        <Modal isOpen title={title} onDismiss={() => setOpen(false)}>
          <Links {...shown} unit={unit} />
        </Modal>
      )}
    </div>
  );
}

/** The links: a tab that is opened later than the click would be taken for a popup. */
function Links({ asked, query, part, unit }: Shown & { unit: PageUnit }) {
  const [answer, setAnswer] = useState<{ made?: OverlayLinks; error?: string }>({});
  useEffect(() => {
    let current = true;
    getDataSourceSrv()
      .get(query.datasource, asked.scopedVars)
      .then((found) => (found as unknown as DataSource).overlayLinks(query, asked, part, unit))
      .then(
        (made) => current && setAnswer({ made }),
        (error) => current && setAnswer({ error: failureText(error) })
      );
    return () => {
      current = false;
    };
  }, [asked, query, part, unit]);
  if (answer.error) {
    return <Alert title={answer.error} />;
  }
  if (!answer.made) {
    return <LoadingPlaceholder text={t('clicks.making-links', 'Making the link…')} />;
  }
  const { links, expires } = answer.made;
  return (
    <Stack direction="column" alignItems="flex-start" gap={2}>
      <Text element="p">
        {t(
          'clicks.links-help',
          'The page opens in a new tab, with these numbers drawn over it. They are in the link: whoever has it can read them. It works until {{time}}.',
          { time: dateTimeFormat(expires, { format: 'HH:mm', timeZone: asked.timezone }) }
        )}
      </Text>
      {links.map(({ page, url }) => (
        <LinkButton key={page} href={url} target="_blank" rel="noopener noreferrer" icon="external-link-alt">
          {page}
        </LinkButton>
      ))}
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({ height: buttonRoom, paddingBottom: theme.spacing(1) }),
});
