import type { QueryEditorProps } from '@grafana/data';
import { Stack } from '@grafana/ui';
import { useMemo } from 'react';
import { analyses } from '../analyses';
import type { DataSource } from '../datasource';
import { useProblems } from '../problems';
import { question } from '../question';
import type { FootfallOptions, FootfallQuery } from '../types';
import { EditorProvider } from './EditorProvider';
import { OtherProblems } from './ProblemField';

type Props = QueryEditorProps<DataSource, FootfallQuery, FootfallOptions>;

const { editor: AnnotationsEditor, fresh } = analyses.annotations;

/** A new annotation query has nothing to mark yet. */
export const newAnnotations: Partial<FootfallQuery> = { queryType: 'annotations', annotations: fresh };

/** Which moments a dashboard marks. */
export function AnnotationEditor({ datasource, query: saved, onChange, range }: Props) {
  const annotations = saved.annotations ?? fresh;
  const query = useMemo<FootfallQuery>(
    () => ({ ...saved, queryType: 'annotations', annotations }),
    [saved, annotations]
  );
  const problems = useProblems(datasource, query);
  return (
    <EditorProvider
      datasource={datasource}
      range={range}
      problems={problems}
      isNew={Object.values(annotations).every((value) => !value)}
    >
      <Stack direction="column" gap={2}>
        <p data-testid="question">{question(query)}</p>
        <OtherProblems />
        <AnnotationsEditor value={annotations} onChange={(part) => onChange({ ...query, annotations: part })} />
      </Stack>
    </EditorProvider>
  );
}
