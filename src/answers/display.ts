import { formattedValueToString, getDisplayProcessor, FieldType, type Field, type FieldConfig } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

/** How a field's values are written: counts in full, and shares with one decimal, so that they compare. */
export function useFormat(field: Field, timeZone?: string): (value: unknown) => string {
  const theme = useTheme2();
  const config = { ...field.config, ...(field.type === FieldType.number && written[field.config.unit ?? 'none']) };
  const display = getDisplayProcessor({ field: { ...field, config }, theme, timeZone });
  return (value) => {
    if (value === null || value === undefined) {
      return '';
    }
    return typeof value === 'object' ? JSON.stringify(value) : formattedValueToString(display(value));
  };
}

const written: Record<string, FieldConfig> = { none: { unit: 'locale' }, percentunit: { decimals: 1 } };
