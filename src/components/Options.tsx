import { Button, Stack, Text } from '@grafana/ui';
import { useId, useState, type ReactNode } from 'react';
import { t } from '../i18n';
import { useEditor } from './editor';

interface Props {
  /** Paths of the fields within. While one of them has a problem, the options are open. */
  paths: string[];
  /** The present choices, each in a word or two. */
  summary: string[];
  children: ReactNode;
}

/** Options that few need: a line that says how they are set, and opens to change them. */
export function Options({ paths, summary, children }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const hasProblem = useEditor().problems.some(({ field }) => paths.some((path) => field.startsWith(path)));
  const shown = isOpen || hasProblem;
  return (
    <Stack direction="column" gap={1}>
      <Stack direction="row" gap={1} wrap="wrap" alignItems="center">
        <Button
          icon={shown ? 'angle-down' : 'angle-right'}
          variant="secondary"
          fill="text"
          size="sm"
          aria-expanded={shown}
          aria-controls={id}
          onClick={() => setOpen(!shown)}
        >
          {t('fields.options', 'Options')}
        </Button>
        <Text color="secondary" variant="bodySmall">
          {summary.join(' · ')}
        </Text>
      </Stack>
      <div id={id} hidden={!shown}>
        {shown && children}
      </div>
    </Stack>
  );
}
