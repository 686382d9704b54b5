import { useId, type ReactElement } from 'react';

interface Props {
  label: string;
  /** Gets the value for the control's aria-labelledby. */
  children: (labelId: string) => ReactElement;
}

/** Names a control that has no visible label: a Combobox takes aria-label since Grafana 13 only, aria-labelledby always. */
export function Named({ label, children }: Props) {
  const id = useId();
  return (
    <>
      <span id={id} hidden>
        {label}
      </span>
      {children(id)}
    </>
  );
}
