import { Input } from '@grafana/ui';
import { useState, type ComponentProps } from 'react';

interface Props extends Omit<ComponentProps<typeof Input>, 'value' | 'onChange' | 'onBlur' | 'onKeyDown'> {
  value: string;
  onChange: (value: string) => void;
}

/** An input whose text counts when it is left or Enter is pressed, so that no query runs on half a word. */
export function TextInput({ value, onChange, ...props }: Props) {
  const [draft, setDraft] = useState<string>();
  const commit = () => {
    if (draft !== undefined && draft !== value) {
      onChange(draft);
    }
    setDraft(undefined);
  };
  return (
    <Input
      {...props}
      value={draft ?? value}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}
