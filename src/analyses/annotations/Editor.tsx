import { Stack } from '@grafana/ui';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { ProblemField } from '../../components/ProblemField';
import { PropertyPicker } from '../../components/PropertyPicker';
import { SelectorEditor } from '../../components/SelectorEditor';
import { t } from '../../i18n';
import { AnyEvent, type Annotations, type AnnotationsMode } from '../../types.gen';

export function AnnotationsEditor({ value: annotations, onChange }: Part<Annotations>) {
  const set = (change: Partial<Annotations>) => onChange({ ...annotations, ...change });
  const isFirst = annotations.mode === 'first_of';
  const property = isFirst ? t('annotation.property', 'Property') : t('annotation.text', 'Property as text');
  return (
    <Stack direction="column" gap={2}>
      <SelectorEditor
        path="annotations"
        label={t('annotation.event', 'Event')}
        of={t('annotation.the-event', 'the event')}
        value={annotations}
        onChange={set}
      />
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ChoiceField
          path="annotations.mode"
          label={t('annotation.mark', 'Mark')}
          options={modes()}
          value={annotations.mode}
          radio
          onChange={(mode) => set({ mode })}
        />
        <ProblemField path="annotations.property" label={property}>
          <PropertyPicker
            label={property}
            placeholder={t('annotation.choose-property', 'Choose a property')}
            event={annotations.event || AnyEvent}
            value={annotations.property}
            isClearable
            onChange={(next) => set({ property: next })}
          />
        </ProblemField>
        <NumberField
          path="annotations.limit"
          label={t('annotation.limit', 'Limit')}
          value={annotations.limit}
          onChange={(limit) => set({ limit })}
        />
      </Stack>
    </Stack>
  );
}

function modes(): Array<Choice<AnnotationsMode>> {
  return [
    { value: 'every', label: t('annotation.every', 'Every event') },
    {
      value: 'first_of',
      label: t('annotation.first-of', 'First of each value'),
      description: t(
        'annotation.first-of-help',
        'The first event ever with each value of a property, such as releases'
      ),
    },
  ];
}
