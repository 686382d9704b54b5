import {
  formattedValueToString,
  getDisplayProcessor,
  FieldType,
  type Field,
  type FieldConfig,
  type GrafanaTheme2,
} from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { t } from '../../i18n';
import { readable } from './properties';

/** How a value is written. */
export type Format = (value: unknown) => string;

/** How a field's values are written, in the theme that is on. */
export function useFormat(field: Field, timeZone?: string): Format {
  return formatOf(field, useTheme2(), timeZone);
}

/** How each of several fields' values are written. */
export function formatsOf<Key extends string>(fields: Record<Key, Field>, theme: GrafanaTheme2): Record<Key, Format> {
  const entries = Object.entries<Field>(fields).map(([key, field]) => [key, formatOf(field, theme)]);
  return Object.fromEntries(entries);
}

/** How a field's values are written: as the panel's options say; else counts in full, and shares with one decimal, so that they compare. */
export function formatOf(field: Field, theme: GrafanaTheme2, timeZone?: string): Format {
  const { unit = 'none' } = field.config;
  const config = field.type === FieldType.number ? { ...field.config, ...written(field.config, unit) } : field.config;
  const isDuration = field.type === FieldType.number && field.config.unit === 's';
  const display = getDisplayProcessor({ field: { ...field, config }, theme, timeZone });
  // Grafana makes a formatter anew for each number, which is slow for thousands of them.
  const isPlain = config.unit === 'locale' && config.decimals === undefined && !config.mappings?.length;
  const count = isPlain ? new Intl.NumberFormat() : undefined;
  return (value) => {
    if (count && Number.isInteger(value)) {
      return count.format(value as number);
    }
    if (value === null || value === undefined) {
      return '';
    }
    if (isDuration && typeof value === 'number') {
      return durationText(value);
    }
    return typeof value === 'object' ? readable(value) : formattedValueToString(display(value));
  };
}

function written({ decimals }: FieldConfig, unit: string): FieldConfig {
  return unit === 'none' ? { unit: 'locale' } : { decimals: decimals ?? (unit === 'percentunit' ? 1 : undefined) };
}

/** Seconds in the largest unit that they fill, to three digits, as the server writes them in notices. */
export function durationText(seconds: number): string {
  const amount = (length: number) => String(Number((seconds / length).toPrecision(3)));
  if (seconds >= 86400) {
    return t('unit.days', '{{amount}} d', { amount: amount(86400) });
  }
  if (seconds >= 3600) {
    return t('unit.hours', '{{amount}} h', { amount: amount(3600) });
  }
  return seconds >= 60
    ? t('unit.minutes', '{{amount}} min', { amount: amount(60) })
    : t('unit.seconds', '{{amount}} s', { amount: amount(1) });
}
