import { css, cx } from '@emotion/css';
import { mapInternalLinkToExplore, type DataContextScopedVar, type Field, type GrafanaTheme2 } from '@grafana/data';
import { DataLinksContextMenu, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { queryOfRow } from '../../links';
import { useFollow, type Followed } from './Following';

interface Props {
  field: Field;
  row: number;
  children: ReactNode;
}

/** A value that leads where its field's links lead: a list of ours opens beside the picture, others are followed as in any panel. */
export function Linked({ field, row, children }: Props) {
  const styles = useStyles2(getStyles);
  const follow = useFollow();
  const followed = followedFrom(field, row);
  if (!field.config.links?.length || !field.getLinks || !field.values[row]) {
    return children;
  }
  if (field.config.links[0].internal) {
    return follow && followed ? (
      <button type="button" className={styles.link} title={followed.title} onClick={() => follow(followed)}>
        {children}
      </button>
    ) : (
      children
    );
  }
  const links = () => field.getLinks!({ valueRowIndex: row });
  return (
    <DataLinksContextMenu links={links}>
      {({ openMenu, targetClassName }) =>
        openMenu ? (
          <button type="button" className={cx(styles.link, targetClassName)} onClick={openMenu}>
            {children}
          </button>
        ) : (
          <>{children}</>
        )
      }
    </DataLinksContextMenu>
  );
}

/** Opens the list to which a field leads from a row, for what is drawn without links of its own; undefined where none can be shown. */
export function useFollowField(): ((field: Field, row: number) => void) | undefined {
  const follow = useFollow();
  return (
    follow &&
    ((field, row) => {
      const followed = field.values[row] ? followedFrom(field, row) : undefined;
      if (followed) {
        follow(followed);
      }
    })
  );
}

/** The list to which a field's first link leads from a row; undefined where it leads to none. */
function followedFrom(field: Field, row: number): Followed | undefined {
  const link = field.config.links?.[0];
  const context: DataContextScopedVar | undefined = field.state?.scopedVars?.__dataContext;
  const query = link && context && queryOfRow(link, context.value.frame, row);
  return (
    query && {
      title: link.title,
      uid: link.internal!.datasourceUid,
      query,
      // Grafana's own link would fill variables into the values once more.
      exploreUrl: () =>
        mapInternalLinkToExplore({
          link,
          internalLink: { ...link.internal!, query: { ...query } },
          scopedVars: {},
          range: link.internal!.range,
          field,
          replaceVariables: (text) => text,
        }).href,
    }
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  link: css({
    maxWidth: '100%',
    padding: 0,
    overflow: 'hidden',
    border: 'none',
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    textAlign: 'inherit',
    textDecoration: `underline dotted ${theme.colors.text.secondary}`,
    textOverflow: 'ellipsis',
    textUnderlineOffset: 3,
    whiteSpace: 'inherit',
    '&:hover': { color: theme.colors.text.link, textDecorationStyle: 'solid' },
  }),
});
