import type { QueryEditorProps } from '@grafana/data';
import { Stack } from '@grafana/ui';
import { useId } from 'react';
import type { DataSource } from '../datasource';
import { t } from '../i18n';
import type { FootfallOptions, FootfallQuery } from '../types';
import { AnyEvent } from '../types.gen';
import type { VariableQuery } from '../variables';
import { ChoiceField, type Choice } from './ChoiceField';
import { EditorProvider } from './EditorProvider';
import { EventPicker } from './EventPicker';
import { ProblemField } from './ProblemField';
import { PropertyPicker } from './PropertyPicker';
import { TextInput } from './TextInput';

type Props = QueryEditorProps<DataSource, FootfallQuery, FootfallOptions, VariableQuery>;

/** What a dashboard variable lists. */
export function VariableEditor({ datasource, query: saved, onChange, range }: Props) {
  // A new variable comes without a query, or with an empty text.
  const query: VariableQuery = { refId: 'Variable', kind: 'events', ...(typeof saved === 'object' ? saved : {}) };
  const change = (parts: Partial<VariableQuery>) => onChange({ ...query, ...parts });
  return (
    <EditorProvider
      datasource={datasource}
      range={range}
      problems={problemsOf(query)}
      isNew={typeof saved !== 'object' || !saved.kind}
    >
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ChoiceField
          path="kind"
          label={t('variable.list', 'List')}
          options={kinds()}
          value={query.kind}
          onChange={(kind = 'events') => change({ kind })}
        />
        {(query.kind === 'properties' || query.kind === 'values') && (
          <ProblemField path="event" label={t('variable.event', 'Event')}>
            <EventPicker
              label={t('variable.event', 'Event')}
              value={query.event ?? AnyEvent}
              onChange={(event) => change({ event })}
            />
          </ProblemField>
        )}
        {query.kind === 'values' && (
          <ProblemField path="property" label={t('variable.property', 'Property')}>
            <PropertyPicker
              label={t('variable.property', 'Property')}
              placeholder={t('variable.choose-property', 'Choose a property')}
              event={query.event ?? AnyEvent}
              value={query.property}
              onChange={(property) => change({ property })}
            />
          </ProblemField>
        )}
        {query.kind !== 'events' && query.kind !== 'properties' && (
          <SearchField value={query.search} onChange={(search) => change({ search })} />
        )}
      </Stack>
    </EditorProvider>
  );
}

function SearchField({ value = '', onChange }: { value?: string; onChange: (search?: string) => void }) {
  const id = useId();
  return (
    <ProblemField
      path="search"
      label={t('variable.search', 'Containing')}
      description={t('variable.search-help', 'At most the 200 most frequent are listed.')}
      htmlFor={id}
    >
      <TextInput id={id} width={20} value={value} onChange={(search) => onChange(search || undefined)} />
    </ProblemField>
  );
}

function problemsOf({ kind, property }: VariableQuery) {
  return kind === 'values' && !property
    ? [{ field: 'property', reason: t('problem.no-property', 'is empty; choose a property'), isMissing: true }]
    : [];
}

function kinds(): Array<Choice<VariableQuery['kind']>> {
  return [
    { value: 'events', label: t('variable.events', 'Events') },
    { value: 'properties', label: t('variable.properties', 'Properties') },
    { value: 'values', label: t('variable.values', 'Values of a property') },
    { value: 'segments', label: t('variable.segments', "Users' segments") },
    { value: 'tags', label: t('variable.tags', "Users' tags") },
  ];
}
