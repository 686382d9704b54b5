import { css } from '@emotion/css';
import { getDefaultTimeRange, type GrafanaTheme2, type QueryEditorProps } from '@grafana/data';
import { Combobox, Field, Stack, useStyles2 } from '@grafana/ui';
import { createElement, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { analyses, analysisChoices, isEditable } from '../analyses';
import { completeQuery, fillPart, withType } from '../analyses/begin';
import type { DataSource } from '../datasource';
import type { PartOf } from '../defaults';
import { t } from '../i18n';
import { withNumbers } from '../links';
import { useProblems } from '../problems';
import { question } from '../question';
import type { FootfallOptions, FootfallQuery } from '../types';
import { AnyEvent, type QueryType } from '../types.gen';
import type { Part } from './editor';
import { EditorProvider } from './EditorProvider';
import { EmptyAnswer } from './EmptyAnswer';
import { FiltersEditor } from './FiltersEditor';
import { Named } from './Named';
import { PanelSwitch } from './PanelSwitch';
import { OtherProblems, ProblemField } from './ProblemField';
import { SavedQuery } from './SavedQuery';
import { SqlPreview } from './SqlPreview';
import { ZonePicker } from './ZonePicker';
import { useSame } from './useSame';

type Props = QueryEditorProps<DataSource, FootfallQuery, FootfallOptions>;

export function QueryEditor({ datasource, query: saved, onChange, onRunQuery, range, data }: Props) {
  const timeRange = useMemo(() => range ?? getDefaultTimeRange(), [range]);
  const query = useMemo(() => completeQuery(withNumbers(saved)), [saved]);
  const problems = useProblems(datasource, query);
  const [isNew] = useState(!saved.queryType);
  const latest = useRef({ query: saved, run: onRunQuery });
  useLayoutEffect(() => {
    latest.current = { query: saved, run: onRunQuery };
  }, [saved, onRunQuery]);
  const isLatest = (one: FootfallQuery) => JSON.stringify(one) === JSON.stringify(latest.current.query);
  const change = (edited: FootfallQuery) => {
    // A Combobox that is drawn anew while the pointer still moves over it announces its choice again, in Explore without end.
    if (isLatest(edited)) {
      return;
    }
    const { isLiteral, ...next } = edited;
    latest.current.query = next;
    onChange(next);
    void runIfFine(next);
  };
  const runIfFine = async (next: FootfallQuery) => {
    const isFine = datasource.isComplete(next) && (await datasource.problems(next)).length === 0;
    if (isFine && isLatest(next)) {
      latest.current.run();
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
        <AnalysisPicker value={query} onChange={change} isNew={isNew} />
        <OtherProblems />
        {isEditable(query.queryType) ? (
          <PartEditor type={query.queryType} value={query} onChange={change} />
        ) : (
          <SavedQuery query={query} />
        )}
        <EmptyAnswer uid={datasource.uid} data={data} refId={saved.refId} />
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
function AnalysisPicker({ value: query, onChange, isNew }: Part<FootfallQuery> & { isNew: boolean }) {
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
      <PanelSwitch isNew={isNew} />
    </Stack>
  );
}

function PartEditor<T extends QueryType>({ type, value: query, onChange }: Part<FootfallQuery> & { type: T }) {
  return createElement<Part<PartOf<T>>>(analyses[type].editor, {
    value: fillPart(query, type),
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
