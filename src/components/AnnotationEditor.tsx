import type { QueryEditorProps } from '@grafana/data';
import { Stack } from '@grafana/ui';
import type { DataSource } from '../datasource';
import { t } from '../i18n';
import { question } from '../question';
import type { FootfallOptions, FootfallQuery } from '../types';
import { AnyEvent, type Annotations, type AnnotationsMode } from '../types.gen';
import { ChoiceField, type Choice } from './ChoiceField';
import { EditorProvider } from './EditorProvider';
import { NumberField } from './NumberField';
import { ProblemField } from './ProblemField';
import { PropertyPicker } from './PropertyPicker';
import { SelectorEditor } from './SelectorEditor';

type Props = QueryEditorProps<DataSource, FootfallQuery, FootfallOptions>;

/** A new annotation query has nothing to mark yet. */
export const newAnnotations: Partial<FootfallQuery> = { queryType: 'annotations', annotations: { event: '' } };

/** Which moments a dashboard marks. */
export function AnnotationEditor({ datasource, query: saved, onChange, range }: Props) {
  const annotations = saved.annotations ?? { event: '' };
  const query: FootfallQuery = { ...saved, queryType: 'annotations', annotations };
  const change = (parts: Partial<Annotations>) => onChange({ ...query, annotations: { ...annotations, ...parts } });
  const first = annotations.mode === 'first_of';
  return (
    <EditorProvider
      datasource={datasource}
      range={range}
      problems={datasource.problems(query)}
      isNew={Object.values(annotations).every((value) => !value)}
    >
      <Stack direction="column" gap={2}>
        <p data-testid="question">{question(query)}</p>
        <SelectorEditor
          path="annotations"
          label={t('annotation.event', 'Event')}
          of={t('annotation.the-event', 'the event')}
          value={annotations}
          onChange={change}
        />
        <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
          <ChoiceField
            path="annotations.mode"
            label={t('annotation.mark', 'Mark')}
            options={modes()}
            value={annotations.mode}
            fallback="every"
            radio
            onChange={(mode) => change({ mode })}
          />
          <ProblemField
            path="annotations.property"
            label={first ? t('annotation.property', 'Property') : t('annotation.text', 'Property as text')}
          >
            <PropertyPicker
              label={first ? t('annotation.property', 'Property') : t('annotation.text', 'Property as text')}
              placeholder={t('annotation.choose-property', 'Choose a property')}
              event={annotations.event || AnyEvent}
              value={annotations.property}
              isClearable
              onChange={(property) => change({ property })}
            />
          </ProblemField>
          <NumberField
            path="annotations.limit"
            label={t('annotation.limit', 'Limit')}
            value={annotations.limit}
            fallback={100}
            onChange={(limit) => change({ limit })}
          />
        </Stack>
      </Stack>
    </EditorProvider>
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
