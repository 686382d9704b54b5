import { Combobox } from '@grafana/ui';
import { t } from '../i18n';
import { eventOption } from '../suggestions';
import { useEditor, type Part } from './editor';
import { Named } from './Named';
import { useSame } from './useSame';

interface Props extends Part<string> {
  label: string;
  invalid?: boolean;
  autoFocus?: boolean;
}

/** A choice of events, the most frequent first; a name that has not happened yet may be typed. */
export function EventPicker({ label, value, onChange, ...props }: Props) {
  const { suggestions } = useEditor();
  const [option] = useSame([eventOption(value)]);
  return (
    <Named label={label}>
      {(labelId) => (
        <Combobox
          aria-labelledby={labelId}
          placeholder={t('fields.choose-event', 'Choose an event')}
          width={30}
          options={suggestions.events}
          value={option}
          createCustomValue
          {...props}
          onChange={(option) => onChange(option.value)}
        />
      )}
    </Named>
  );
}
