import { formattedValueToString, getDisplayProcessor, type Field } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

/** How a field's values are written, by its unit. */
export function useFormat(field: Field, timeZone?: string): (value: unknown) => string {
  const theme = useTheme2();
  const display = getDisplayProcessor({ field, theme, timeZone });
  return (value) => (value === null || value === undefined ? '' : formattedValueToString(display(value)));
}
