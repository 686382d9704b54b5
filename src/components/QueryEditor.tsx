import { css } from '@emotion/css';
import { getDefaultTimeRange, type GrafanaTheme2, type QueryEditorProps } from '@grafana/data';
import { Combobox, Field, FieldValidationMessage, Stack, useStyles2 } from '@grafana/ui';
import { createElement, useEffect, useId, useLayoutEffect, useMemo, useRef } from 'react';
import type { DataSource } from '../datasource';
import { begun, filled, isEditable, withType, type EditableType } from '../defaults';
import { t } from '../i18n';
import { withNumbers } from '../links';
import { question } from '../question';
import type { FootfallOptions, FootfallQuery } from '../types';
import { AnyEvent, type Query } from '../types.gen';
import { analysisChoices, editors } from './analyses';
import { hasField, type Part } from './editor';
import { EditorProvider } from './EditorProvider';
import { FiltersEditor } from './FiltersEditor';
import { Named } from './Named';
import { ProblemField, problemText } from './ProblemField';
import { SavedQuery } from './SavedQuery';
import { SqlPreview } from './SqlPreview';
import { ZonePicker } from './ZonePicker';
import { useSame } from './useSame';

type Props = QueryEditorProps<DataSource, FootfallQuery, FootfallOptions>;

export function QueryEditor({ datasource, query: saved, onChange, onRunQuery, range, data }: Props) {
  const timeRange = useMemo(() => range ?? getDefaultTimeRange(), [range]);
  const query = useMemo(() => begun(withNumbers(saved)), [saved]);
  const problems = datasource.problems(query);
  // Problems that no field below can show: those of what another version saved.
  const general = problems.filter((problem) => !hasField(problem));

  const latest = useRef(saved);
  useLayoutEffect(() => {
    latest.current = saved;
  }, [saved]);
  const change = (next: FootfallQuery) => {
    // A Combobox that is drawn anew while the pointer still moves over it announces its choice again, in Explore without end.
    if (JSON.stringify(next) === JSON.stringify(latest.current)) {
      return;
    }
    latest.current = next;
    onChange(next);
    if (datasource.filterQuery(next)) {
      onRunQuery();
    }
  };
  useEffect(() => {
    // What is shown must be what is saved: alert rules run without this editor.
    if (query !== saved) {
      change(query);
    }
  });

  return (
    <EditorProvider datasource={datasource} range={timeRange} problems={problems} isNew={!saved.queryType} data={data}>
      <Stack direction="column" gap={2}>
        <AnalysisPicker value={query} onChange={change} />
        {general.map(({ field, reason }) => (
          <FieldValidationMessage key={field}>{problemText(field, reason)}</FieldValidationMessage>
        ))}
        {isEditable(query.queryType) ? (
          <PartEditor type={query.queryType} value={query} onChange={change} />
        ) : (
          <SavedQuery query={query} />
        )}
        <SharedFields value={query} onChange={change} />
        <SqlPreview
          datasource={datasource}
          query={query}
          range={timeRange}
          timeZone={data?.request?.timezone ?? 'browser'}
        />
      </Stack>
    </EditorProvider>
  );
}

/** Which analysis it is, and the question in plain words. */
function AnalysisPicker({ value: query, onChange }: Part<FootfallQuery>) {
  const styles = useStyles2(getStyles);
  const options = useSame(analysisChoices());
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="center">
      <Named label={t('editor.analysis', 'Analysis')}>
        {(labelId) => (
          <Combobox
            aria-labelledby={labelId}
            width={34}
            options={options}
            value={isEditable(query.queryType) ? query.queryType : null}
            onChange={(option) => onChange(withType(query, option.value))}
          />
        )}
      </Named>
      <p className={styles.question} data-testid="question">
        {question(query)}
      </p>
    </Stack>
  );
}

function PartEditor<T extends EditableType>({ type, value: query, onChange }: Part<FootfallQuery> & { type: T }) {
  return createElement<Part<NonNullable<Query[T]>>>(editors[type], {
    value: filled(query, type),
    onChange: (part) => onChange({ ...query, [type]: part }),
  });
}

/** The fields that all analyses have. */
function SharedFields({ value: query, onChange }: Part<FootfallQuery>) {
  const id = useId();
  return (
    <Stack direction="row" gap={4} wrap="wrap" alignItems="flex-start">
      <Field label={t('editor.filters', 'Filters on every event')} noMargin>
        <FiltersEditor
          path="filters"
          of={t('editor.every-event', 'every event')}
          event={AnyEvent}
          filters={query.filters}
          onChange={(filters) => onChange({ ...query, filters })}
        />
      </Field>
      <ProblemField path="timeZone" label={t('editor.time-zone', 'Time zone')} htmlFor={`${id}-zone`}>
        <ZonePicker
          id={`${id}-zone`}
          placeholder={t('editor.zone-of-dashboard', "The dashboard's")}
          value={query.timeZone}
          onChange={(timeZone) => onChange({ ...query, timeZone })}
        />
      </ProblemField>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  question: css({ margin: 0, flex: 1, minWidth: 240, color: theme.colors.text.secondary, fontStyle: 'italic' }),
});
