import { t } from '../i18n';
import type { Breakdown } from '../types.gen';
import type { Part } from './editor';
import { NumberField } from './NumberField';
import { ProblemField } from './ProblemField';
import { PropertyPicker } from './PropertyPicker';

interface Props extends Part<Breakdown | undefined> {
  /** Path of the breakdown in the query. */
  path: string;
  /** The event whose properties are offered. */
  event: string;
  /** Whether the segments of users are offered too. */
  withSegments?: boolean;
  /** What the fields are called where it is no breakdown. */
  label?: string;
  limitLabel?: string;
}

/** The property by which a result is split, and how many of its values get a row of their own. */
export function BreakdownFields({
  path,
  event,
  withSegments,
  label = t('fields.breakdown', 'Break down by'),
  limitLabel = t('fields.breakdown-limit', 'Top values'),
  value: breakdown,
  onChange,
}: Props) {
  return (
    <>
      <ProblemField path={`${path}.property`} label={label}>
        <PropertyPicker
          label={label}
          placeholder={t('fields.no-breakdown', 'Nothing')}
          isClearable
          event={event}
          withSegments={withSegments}
          value={breakdown?.property}
          onChange={(property) => onChange(property ? { ...breakdown, property } : undefined)}
        />
      </ProblemField>
      {breakdown && (
        <NumberField
          path={`${path}.limit`}
          label={limitLabel}
          value={breakdown.limit}
          onChange={(limit) => onChange({ ...breakdown, limit })}
        />
      )}
    </>
  );
}
