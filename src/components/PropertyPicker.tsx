import { Combobox } from '@grafana/ui';
import { useEditor } from './editor';

interface Props {
  label: string;
  id?: string;
  /** The event whose properties are offered. */
  event: string;
  value?: string;
  placeholder: string;
  onChange: (property: string | undefined) => void;
  isClearable?: boolean;
  invalid?: boolean;
}

/** A choice of event properties. */
export function PropertyPicker({ label, event, value, onChange, isClearable, ...props }: Props) {
  const { suggestions } = useEditor();
  const shared = {
    ...props,
    'aria-label': label,
    width: 24,
    options: (search: string) => suggestions.properties(event, search),
    value: value || null,
    createCustomValue: true,
  };
  return isClearable ? (
    <Combobox {...shared} isClearable onChange={(option) => onChange(option?.value)} />
  ) : (
    <Combobox {...shared} onChange={(option) => onChange(option.value)} />
  );
}
