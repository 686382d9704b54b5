import { Combobox } from '@grafana/ui';
import { useEditor } from './editor';
import { Named } from './Named';

interface Props {
  label: string;
  id?: string;
  /** The event whose properties are offered. */
  event: string;
  value?: string;
  placeholder: string;
  onChange: (property: string | undefined) => void;
  isClearable?: boolean;
  /** Whether the segments of an event's user are offered too. */
  withSegments?: boolean;
  invalid?: boolean;
}

/** A choice of event properties. */
export function PropertyPicker({ label, event, value, onChange, isClearable, withSegments, ...props }: Props) {
  const { suggestions } = useEditor();
  const shared = {
    ...props,
    width: 24,
    options: suggestions.properties(event, withSegments),
    value: value || null,
    createCustomValue: true,
  };
  return (
    <Named label={label}>
      {(labelId) =>
        isClearable ? (
          <Combobox {...shared} aria-labelledby={labelId} isClearable onChange={(option) => onChange(option?.value)} />
        ) : (
          <Combobox {...shared} aria-labelledby={labelId} onChange={(option) => onChange(option.value)} />
        )
      }
    </Named>
  );
}
