import { Stack } from '@grafana/ui';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import type { Heatmap, Scroll } from '../../types.gen';
import { BreakdownFields } from '../../components/BreakdownFields';
import type { Part } from '../../components/editor';
import { ProblemField } from '../../components/ProblemField';
import { PropertyPicker } from '../../components/PropertyPicker';
import { SelectorEditor } from '../../components/SelectorEditor';

/** What stands beside places on a page: its elements, and how far down users came. */
export function BesideFields({ value: heatmap, onChange }: Part<Heatmap>) {
  const { x, y, elements, scroll } = heatmap;
  if (!elements && !scroll && (x !== 'bins' || y !== 'bins')) {
    return null;
  }
  return (
    <>
      <BreakdownFields
        path="heatmap.elements"
        label={t('heatmap.elements', 'Elements')}
        limitLabel={t('heatmap.elements-limit', 'Top elements')}
        event={heatmap.event}
        value={elements}
        onChange={(next) => onChange({ ...heatmap, elements: next })}
      />
      <ScrollFields value={scroll} onChange={(next) => onChange({ ...heatmap, scroll: next })} />
    </>
  );
}

function ScrollFields({ value: scroll, onChange }: Part<Scroll | undefined>) {
  const label = t('heatmap.scroll', 'Scroll depth');
  const event = scroll?.event || defaults['heatmap.scroll'].event;
  return (
    <Stack direction="row" gap={1} wrap="wrap" alignItems="flex-start">
      <ProblemField path="heatmap.scroll.property" label={label}>
        <PropertyPicker
          label={label}
          placeholder={t('fields.no-breakdown', 'Nothing')}
          isClearable
          event={event}
          value={scroll?.property}
          onChange={(property) => onChange(property ? { event, ...scroll, property } : undefined)}
        />
      </ProblemField>
      {scroll && (
        <SelectorEditor
          path="heatmap.scroll"
          label={t('heatmap.scroll-event', 'Scroll depth: event')}
          of={t('heatmap.of-scroll', 'the scroll depth')}
          value={scroll}
          onChange={(selector) => onChange({ ...scroll, ...selector })}
        />
      )}
    </Stack>
  );
}
