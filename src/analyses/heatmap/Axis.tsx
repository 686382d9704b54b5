import { Stack } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../../i18n';
import type { Bins, Dimension } from '../../types.gen';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { ProblemField } from '../../components/ProblemField';
import { PropertyPicker } from '../../components/PropertyPicker';
import { TextInput } from '../../components/TextInput';

/** One axis of a heatmap. */
export interface Axis {
  dimension?: Dimension;
  property?: string;
  limit?: number;
  bins?: Bins;
}

interface Props extends Part<Axis> {
  /** Path of the dimension. The paths of the axis's other fields begin with it: heatmap.xProperty. */
  path: string;
  label: string;
  event: string;
}

/** An axis of a heatmap: a part of time, or the values of a property, or bins of its numbers. */
export function AxisFields({ path, label, event, value: axis, onChange }: Props) {
  const byValue = axis.dimension === 'property';
  const byBins = axis.dimension === 'bins';
  const property = t('heatmap.property-of', '{{axis}}: property', { axis: label });
  return (
    <Stack direction="row" gap={1} wrap="wrap" alignItems="flex-start">
      <ChoiceField
        path={path}
        label={label}
        options={dimensions()}
        value={axis.dimension}
        onChange={(dimension) => onChange(withDimension(axis, dimension))}
      />
      <ProblemField path={`${path}Property`} when={byValue || byBins} label={property}>
        <PropertyPicker
          label={property}
          placeholder={t('heatmap.choose-property', 'Choose a property')}
          event={event}
          value={axis.property}
          onChange={(next) => onChange({ ...axis, property: next })}
        />
      </ProblemField>
      <NumberField
        path={`${path}Limit`}
        when={byValue}
        label={t('heatmap.limit-of', '{{axis}}: top values', { axis: label })}
        value={axis.limit}
        onChange={(limit) => onChange({ ...axis, limit })}
      />
      {byBins && (
        <BinsFields
          path={`${path}Bins`}
          axis={label}
          value={axis.bins ?? newBins}
          onChange={(bins) => onChange({ ...axis, bins })}
        />
      )}
    </Stack>
  );
}

const newBins: Bins = { min: 0, max: 100 };

/** The axis with another dimension, and only the fields that this dimension has. */
function withDimension({ property, limit, bins }: Axis, dimension?: Dimension): Axis {
  switch (dimension) {
    case 'property':
      return { dimension, property, limit };
    case 'bins':
      return { dimension, property, bins: bins ?? newBins };
    default:
      return { dimension };
  }
}

function BinsFields({ path, axis, value: bins, onChange }: Part<Bins> & { path: string; axis: string }) {
  const id = useId();
  return (
    <>
      <ProblemField
        path={[path, `${path}.min`]}
        label={t('heatmap.bins-from', '{{axis}}: from', { axis })}
        htmlFor={`${id}-min`}
      >
        <TextInput
          id={`${id}-min`}
          type="number"
          width={12}
          value={String(bins.min)}
          onChange={(text) => onChange({ ...bins, min: Number(text) })}
        />
      </ProblemField>
      <ProblemField path={`${path}.max`} label={t('heatmap.bins-to', '{{axis}}: to', { axis })} htmlFor={`${id}-max`}>
        <TextInput
          id={`${id}-max`}
          type="number"
          width={12}
          value={String(bins.max)}
          onChange={(text) => onChange({ ...bins, max: Number(text) })}
        />
      </ProblemField>
      <NumberField
        path={`${path}.count`}
        label={t('heatmap.bins-count', '{{axis}}: number of bins', { axis })}
        value={bins.count}
        hasDefault={!bins.size}
        onChange={(count) => onChange({ ...bins, count, size: undefined })}
      />
      <NumberField
        path={`${path}.size`}
        label={t('heatmap.bins-size', '{{axis}}: size of a bin', { axis })}
        value={bins.size}
        onChange={(size) => onChange({ ...bins, size, count: undefined })}
      />
    </>
  );
}

const dimensions = (): Array<Choice<Dimension>> => [
  { value: 'hour', label: t('heatmap.hour', 'Hour of day') },
  { value: 'weekday', label: t('heatmap.weekday', 'Weekday') },
  { value: 'date', label: t('heatmap.date', 'Date') },
  { value: 'month', label: t('heatmap.month', 'Month') },
  { value: 'property', label: t('heatmap.property', 'Values of a property') },
  { value: 'bins', label: t('heatmap.bins', 'Numbers of a property') },
];
