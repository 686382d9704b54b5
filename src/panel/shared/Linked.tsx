import type { Field } from '@grafana/data';
import { DataLinksContextMenu } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  field: Field;
  row: number;
  children: ReactNode;
}

/** A value that leads where its field's links lead: a single link is followed at once, several are offered in a menu. */
export function Linked({ field, row, children }: Props) {
  if (!field.config.links?.length || !field.getLinks) {
    return children;
  }
  const links = () => field.getLinks!({ valueRowIndex: row });
  return (
    <DataLinksContextMenu links={links}>
      {({ openMenu, targetClassName }) =>
        openMenu ? (
          <button type="button" className={targetClassName} onClick={openMenu}>
            {children}
          </button>
        ) : (
          <>{children}</>
        )
      }
    </DataLinksContextMenu>
  );
}
