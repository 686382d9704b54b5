import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Field, Stack, Switch, useStyles2 } from '@grafana/ui';
import { useId } from 'react';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import type { Paths, PathsDirection, PathsOutput } from '../../types.gen';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import { actorChoices } from '../../components/choices';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { ProblemField } from '../../components/ProblemField';
import { PropertyPicker } from '../../components/PropertyPicker';
import { SelectorEditor } from '../../components/SelectorEditor';
import { WindowField } from '../../components/WindowField';

const directions = (): Array<Choice<PathsDirection>> => [
  {
    value: 'after',
    label: t('paths.after', 'After it'),
    description: t('paths.after-text', 'What came after the event'),
  },
  {
    value: 'before',
    label: t('paths.before', 'Before it'),
    description: t('paths.before-text', 'What led to the event'),
  },
];

const outputs = (): Array<Choice<PathsOutput>> => [
  {
    value: 'graph',
    label: t('paths.graph', 'Graph'),
    description: t('paths.graph-text', 'Nodes and edges, for the node graph panel'),
  },
  {
    value: 'table',
    label: t('paths.table', 'Table'),
    description: t('paths.table-text', 'The most frequent whole paths'),
  },
];

export function PathsEditor({ value: paths, onChange }: Part<Paths>) {
  const set = (change: Partial<Paths>) => onChange({ ...paths, ...change });
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <SelectorEditor
          path="paths"
          label={t('paths.event', 'Event')}
          of={t('paths.of-event', 'the event')}
          value={paths}
          onChange={set}
        />
        <ChoiceField
          radio
          path="paths.direction"
          label={t('paths.direction', 'Follow what came')}
          options={directions()}
          value={paths.direction}
          onChange={(direction) => set({ direction })}
        />
        <NumberField
          path="paths.steps"
          label={t('paths.steps', 'Steps')}
          value={paths.steps}
          onChange={(steps) => set({ steps })}
        />
        <VisitFields value={paths} onChange={set} />
      </Stack>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <NamingFields value={paths} onChange={set} />
        <OutputFields value={paths} onChange={set} />
      </Stack>
    </Stack>
  );
}

/** Whose events make up a visit, and where it ends. */
function VisitFields({ value: paths, onChange }: Part<Paths>) {
  return (
    <>
      <ChoiceField
        radio
        path="paths.actor"
        label={t('paths.actor', 'Who')}
        options={actorChoices()}
        value={paths.actor}
        // A session is a visit of its own: no gap ends it.
        onChange={(actor) => onChange({ ...paths, actor, gap: actor === 'session' ? undefined : paths.gap })}
      />
      <WindowField
        path="paths.gap"
        when={paths.actor !== 'session'}
        label={t('paths.gap', 'Longest pause')}
        value={paths.gap}
        onChange={(gap) => onChange({ ...paths, gap })}
      />
    </>
  );
}

const eventName = defaults.paths.property;

/** What names the steps, and whether a repeated one is one step. */
function NamingFields({ value: paths, onChange }: Part<Paths>) {
  const id = useId();
  const styles = useStyles2(getStyles);
  const label = t('paths.property', 'Steps called by');
  return (
    <>
      <ProblemField path="paths.property" label={label}>
        <PropertyPicker
          label={label}
          placeholder={t('paths.event-name', 'Event name')}
          isClearable
          event={paths.event}
          value={paths.property === eventName ? undefined : paths.property}
          onChange={(property) => onChange({ ...paths, property: property === eventName ? undefined : property })}
        />
      </ProblemField>
      <Field label={t('paths.keep-repeats', 'Keep repeats apart')} htmlFor={id} noMargin>
        <div className={styles.switch}>
          <Switch
            id={id}
            value={paths.keepRepeats ?? false}
            onChange={(event) => onChange({ ...paths, keepRepeats: event.currentTarget.checked || undefined })}
          />
        </div>
      </Field>
    </>
  );
}

function OutputFields({ value: paths, onChange }: Part<Paths>) {
  return (
    <>
      <ChoiceField
        path="paths.output"
        label={t('paths.output', 'Answer as')}
        options={outputs()}
        value={paths.output}
        onChange={(output) => onChange({ ...paths, output })}
      />
      <NumberField
        path="paths.nodes"
        when={paths.output !== 'table'}
        label={t('paths.nodes', 'Nodes at each step')}
        value={paths.nodes}
        onChange={(nodes) => onChange({ ...paths, nodes })}
      />
      <NumberField
        path="paths.limit"
        when={paths.output === 'table'}
        label={t('paths.limit', 'Paths')}
        value={paths.limit}
        onChange={(limit) => onChange({ ...paths, limit })}
      />
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  switch: css({ display: 'flex', alignItems: 'center', height: theme.spacing(4) }),
});
