import type { StandardEditorProps } from '@grafana/data';
import { Field, Input } from '@grafana/ui';
import { t } from '../../../i18n';
import { isTemplate } from './pages';

const example = 'https://images.example.com/${viewport}/${page}.png';

/** The address of the pages' images. */
export function PageUrlEditor({ id, value = '', onChange }: StandardEditorProps<string | undefined>) {
  return (
    <Field
      invalid={value !== '' && !isTemplate(value)}
      error={t(
        'clicks.no-page-url',
        'is no address of images; it begins with https://, http:// or /, and what is put in comes after the server'
      )}
      noMargin
    >
      <Input
        id={id}
        placeholder={example}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value.trim() || undefined)}
      />
    </Field>
  );
}
