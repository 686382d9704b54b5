import { css } from '@emotion/css';
import { getDefaultTimeRange, type GrafanaTheme2, type QueryEditorProps } from '@grafana/data';
import { Field, FieldValidationMessage, RadioButtonGroup, Stack, useStyles2 } from '@grafana/ui';
import { useId, useMemo } from 'react';
import type { DataSource } from '../datasource';
import { isEditable, newParts, withType, type EditableType } from '../defaults';
import { question } from '../question';
import { Suggestions } from '../suggestions';
import type { FootfallOptions, FootfallQuery } from '../types';
import { AnyEvent } from '../types.gen';
import { EditorContext, hasField } from './editor';
import { FiltersEditor } from './FiltersEditor';
import { FunnelEditor } from './FunnelEditor';
import { HeatmapEditor } from './HeatmapEditor';
import { ProblemField } from './ProblemField';
import { RetentionEditor } from './RetentionEditor';
import { SavedQuery } from './SavedQuery';
import { SqlPreview } from './SqlPreview';
import { ZonePicker } from './ZonePicker';

type Props = QueryEditorProps<DataSource, FootfallQuery, FootfallOptions>;

const types: Array<{ value: EditableType; label: string; icon: string }> = [
  { value: 'funnel', label: 'Funnel', icon: 'filter' },
  { value: 'retention', label: 'Retention', icon: 'users-alt' },
  { value: 'heatmap', label: 'Heatmap', icon: 'gf-grid' },
];

export function QueryEditor({ datasource, query, onChange, onRunQuery, range, data }: Props) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const timeRange = useMemo(() => range ?? getDefaultTimeRange(), [range]);
  const suggestions = useMemo(() => new Suggestions(datasource, timeRange), [datasource, timeRange]);
  const problems = datasource.problems(query);
  // Problems that no field below can show: those of options without a field, and of what another version saved.
  const general = problems.filter((problem) => !hasField(problem));

  const change = (next: FootfallQuery) => {
    onChange(next);
    if (datasource.filterQuery(next)) {
      onRunQuery();
    }
  };

  return (
    <EditorContext.Provider value={{ suggestions, range: timeRange, problems }}>
      <Stack direction="column" gap={2}>
        <Stack direction="row" gap={2} wrap="wrap" alignItems="center">
          <RadioButtonGroup
            aria-label="Analysis"
            options={types}
            value={isEditable(query.queryType) ? query.queryType : undefined}
            onChange={(type) => change(withType(query, type))}
          />
          <p className={styles.question} data-testid="question">
            {question(query)}
          </p>
        </Stack>
        {general.map(({ field, reason }) => (
          <FieldValidationMessage key={field}>{`${field} ${reason}.`}</FieldValidationMessage>
        ))}
        {!isEditable(query.queryType) && <SavedQuery query={query} />}
        {query.queryType === 'funnel' && (
          <FunnelEditor
            value={{ ...newParts.funnel, ...query.funnel }}
            onChange={(funnel) => change({ ...query, funnel })}
          />
        )}
        {query.queryType === 'retention' && (
          <RetentionEditor
            value={{ ...newParts.retention, ...query.retention }}
            onChange={(retention) => change({ ...query, retention })}
          />
        )}
        {query.queryType === 'heatmap' && (
          <HeatmapEditor
            value={{ ...newParts.heatmap, ...query.heatmap }}
            onChange={(heatmap) => change({ ...query, heatmap })}
          />
        )}
        <Stack direction="row" gap={4} wrap="wrap" alignItems="flex-start">
          <Field label="Filters on every event" noMargin>
            <FiltersEditor
              path="filters"
              of="every event"
              event={AnyEvent}
              filters={query.filters}
              onChange={(filters) => change({ ...query, filters })}
            />
          </Field>
          <ProblemField path="timeZone" label="Time zone" htmlFor={`${id}-zone`}>
            <ZonePicker
              id={`${id}-zone`}
              placeholder="The dashboard's"
              value={query.timeZone}
              onChange={(timeZone) => change({ ...query, timeZone })}
            />
          </ProblemField>
        </Stack>
        <SqlPreview
          datasource={datasource}
          query={query}
          range={timeRange}
          timeZone={data?.request?.timezone ?? 'browser'}
        />
      </Stack>
    </EditorContext.Provider>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  question: css({ margin: 0, flex: 1, minWidth: 240, color: theme.colors.text.secondary, fontStyle: 'italic' }),
});
