import { Combobox, Stack } from '@grafana/ui';
import { t } from '../i18n';
import type { Part } from './editor';
import { Named } from './Named';
import { TextInput } from './TextInput';
import { useSame } from './useSame';

interface Props extends Part<string> {
  id: string;
  /** The name of the length, for the label of its unit: "Conversion window". */
  label: string;
  invalid?: boolean;
}

/** A length of time as a number and a unit. */
export function WindowInput({ value, onChange, id, label, invalid }: Props) {
  const options = useSame(units());
  const known = options.some((option) => option.value === value.slice(-1));
  const unit = known ? value.slice(-1) : 'h';
  const count = known ? value.slice(0, -1) : value;
  return (
    <Stack direction="row" gap={0.5}>
      <TextInput
        id={id}
        type="number"
        min={1}
        width={9}
        value={count}
        invalid={invalid}
        onChange={(text) => onChange(text + unit)}
      />
      <Named label={t('fields.unit-of', 'Unit of: {{label}}', { label })}>
        {(labelId) => (
          <Combobox
            aria-labelledby={labelId}
            width={13}
            options={options}
            value={unit}
            onChange={(option) => onChange(count + option.value)}
          />
        )}
      </Named>
    </Stack>
  );
}

const units = () => [
  { value: 's', label: t('fields.seconds', 'seconds') },
  { value: 'm', label: t('fields.minutes', 'minutes') },
  { value: 'h', label: t('fields.hours', 'hours') },
  { value: 'd', label: t('fields.days', 'days') },
  { value: 'w', label: t('fields.weeks', 'weeks') },
];
