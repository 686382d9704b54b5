import { Stack } from '@grafana/ui';
import { t } from '../../i18n';
import type { Heatmap, HeatmapValue } from '../../types.gen';
import { AxisFields, type Axis } from './Axis';
import { BesideFields } from './Beside';
import { BreakdownFields } from '../../components/BreakdownFields';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { SelectorEditor } from '../../components/SelectorEditor';

export function HeatmapEditor({ value: heatmap, onChange }: Part<Heatmap>) {
  const set = (change: Partial<Heatmap>) => onChange({ ...heatmap, ...change });
  const { x, xProperty, xLimit, xBins, y, yProperty, yLimit, yBins } = heatmap;
  const setX = ({ dimension, property, limit, bins }: Axis) =>
    set({ x: dimension, xProperty: property, xLimit: limit, xBins: bins });
  const setY = ({ dimension, property, limit, bins }: Axis) =>
    set({ y: dimension, yProperty: property, yLimit: limit, yBins: bins });
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <SelectorEditor
        path="heatmap"
        label={t('fields.event', 'Event')}
        of={t('heatmap.the-event', 'the event')}
        value={heatmap}
        onChange={set}
      />
      <ChoiceField
        path="heatmap.value"
        label={t('fields.actor', 'Count')}
        options={countChoices()}
        value={heatmap.value}
        onChange={(value) => set({ value })}
      />
      <AxisFields
        path="heatmap.x"
        label={t('heatmap.across', 'Across')}
        event={heatmap.event}
        value={{ dimension: x, property: xProperty, limit: xLimit, bins: xBins }}
        onChange={setX}
      />
      <AxisFields
        path="heatmap.y"
        label={t('heatmap.down', 'Down')}
        event={heatmap.event}
        value={{ dimension: y, property: yProperty, limit: yLimit, bins: yBins }}
        onChange={setY}
      />
      <BreakdownFields
        path="heatmap.breakdown"
        event={heatmap.event}
        value={heatmap.breakdown}
        onChange={(breakdown) => set({ breakdown })}
      />
      <BesideFields value={heatmap} onChange={onChange} />
    </Stack>
  );
}

const countChoices = (): Array<Choice<HeatmapValue>> => [
  { value: 'events', label: t('fields.events', 'Events') },
  { value: 'users', label: t('fields.users', 'Users') },
  { value: 'sessions', label: t('fields.sessions', 'Sessions') },
  { value: 'events_per_user', label: t('heatmap.events-per-user', 'Events per user') },
];
