import { Combobox } from '@grafana/ui';
import { useMemo } from 'react';

interface Props {
  id: string;
  value?: string;
  onChange: (zone: string | undefined) => void;
  /** The zone in force when none is chosen. */
  placeholder: string;
  invalid?: boolean;
}

/** A choice of IANA time zones. */
export function ZonePicker({ value, onChange, ...props }: Props) {
  const options = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => ({ value: zone })), []);
  return (
    <Combobox
      {...props}
      width={26}
      options={options}
      value={value || null}
      isClearable
      createCustomValue
      onChange={(option) => onChange(option?.value)}
    />
  );
}
