import { Combobox } from '@grafana/ui';
import { useMemo } from 'react';
import { t } from '../i18n';
import { eventOption } from '../suggestions';
import { useEditor, type Part } from './editor';
import { Named } from './Named';

interface Props extends Part<string> {
  label: string;
  invalid?: boolean;
  autoFocus?: boolean;
}

/** A choice of events, the most frequent first; a name that has not happened yet may be typed. */
export function EventPicker({ label, value, onChange, ...props }: Props) {
  const { suggestions } = useEditor();
  const chosen = eventOption(value);
  const called = chosen?.label;
  // The same choice is the same object: a picker that is given another one forgets what is typed.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- it is another choice where its texts are
  const option = useMemo(() => chosen, [value, called]);
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
