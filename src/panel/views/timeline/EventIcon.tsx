import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { colorOf, iconOf } from './kinds';

/** A disc in the event's color, with the picture of its kind; a dot where it is of no known kind. */
export function EventIcon({ event }: { event: string }) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const background = colorOf(event, theme);
  const icon = iconOf(event);
  return (
    <span className={styles.place} aria-hidden>
      {icon ? (
        <span className={styles.disc} style={{ background, color: theme.colors.getContrastText(background) }}>
          <Icon name={icon} size="sm" />
        </span>
      ) : (
        <span className={styles.dot} style={{ background }} />
      )}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  place: css({ display: 'inline-flex', width: 22, height: 22, alignItems: 'center', justifyContent: 'center' }),
  disc: css({
    display: 'flex',
    width: 22,
    height: 22,
    alignItems: 'center',
    justifyContent: 'center',
    borderRadius: theme.shape.radius.circle,
  }),
  dot: css({ width: 10, height: 10, borderRadius: theme.shape.radius.circle }),
});
