import type { StandardEditorProps } from '@grafana/data';
import { Button, Field, FileUpload, IconButton, Input, Stack } from '@grafana/ui';
import { useId, useState, type SyntheticEvent } from 'react';
import { t } from '../../../i18n';
import { isImage, maxImageBytes, maxPages, type PageImage } from './pages';

const example = 'https://';

/** The images of a panel, by address or uploaded into it. */
export function PagesEditor({ value = [], onChange }: StandardEditorProps<PageImage[] | undefined>) {
  const change = (at: number, part: Partial<PageImage>) =>
    onChange(value.map((page, i) => (i === at ? { ...page, ...part } : page)));
  return (
    <Stack direction="column" gap={2}>
      {value.map((page, i) => (
        <PageEditor
          key={i}
          page={page}
          onChange={(part) => change(i, part)}
          onRemove={() => onChange(value.filter((_, at) => at !== i))}
        />
      ))}
      {value.length < maxPages && (
        <Button
          icon="plus"
          size="sm"
          variant="secondary"
          onClick={() => onChange([...value, { image: '', width: 1440 }])}
        >
          {t('clicks.add-page', 'Add image')}
        </Button>
      )}
    </Stack>
  );
}

interface Props {
  page: PageImage;
  onChange: (part: Partial<PageImage>) => void;
  onRemove: () => void;
}

function PageEditor({ page: { image, width }, onChange, onRemove }: Props) {
  const id = useId();
  const [isTooLarge, setTooLarge] = useState(false);
  const isUploaded = image.startsWith('data:');
  const upload = async ({ currentTarget: { files } }: SyntheticEvent<HTMLInputElement>) => {
    const uploaded = files?.[0] && (await dataUrl(files[0]));
    setTooLarge(Boolean(uploaded && uploaded.length > maxImageBytes));
    if (uploaded && isImage(uploaded)) {
      onChange({ image: uploaded });
    }
  };
  const problem = isTooLarge
    ? t('clicks.too-large', 'The image has more than {{size}} kB; make it smaller, or give its address.', {
        size: maxImageBytes / 1000,
      })
    : t('clicks.no-image', 'is no address of an image; it begins with https:// or http://');
  return (
    <div>
      <Field
        label={t('clicks.image', 'Image of the page')}
        htmlFor={id}
        error={problem}
        invalid={isTooLarge || (image !== '' && !isImage(image))}
        noMargin
      >
        <Input
          id={id}
          placeholder={example}
          value={isUploaded ? t('clicks.uploaded', '(uploaded)') : image}
          readOnly={isUploaded}
          onChange={({ currentTarget }) => onChange({ image: currentTarget.value.trim() })}
        />
      </Field>
      <Stack gap={1} alignItems="end">
        <Field label={t('clicks.width', 'Width of the page')} htmlFor={`${id}-width`} noMargin>
          <Input
            id={`${id}-width`}
            type="number"
            min={1}
            width={12}
            value={width}
            onChange={({ currentTarget }) => onChange({ width: Number(currentTarget.value) })}
          />
        </Field>
        <FileUpload size="sm" accept="image/png,image/jpeg,image/webp" onFileUpload={(event) => void upload(event)}>
          {t('clicks.upload', 'Upload')}
        </FileUpload>
        <IconButton name="trash-alt" tooltip={t('clicks.remove-page', 'Remove image')} onClick={onRemove} />
      </Stack>
    </div>
  );
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
