import { t as translate } from '@grafana/i18n';

/**
 * A text in Grafana's language: the id of its translation in locales/, and the English text, in which {{name}} stands for a value.
 * With a count among the values, English has two texts: defaultValue_one and defaultValue_other.
 */
export function t(id: string, english: string, values?: Record<string, unknown>): string {
  // React escapes what it draws; escaped twice, a < in a value would show as &lt;.
  return translate(id, english, { ...values, interpolation: { escapeValue: false } });
}

/** The translation of a text from elsewhere, by its id; the whole English if there is none. */
export function translateText(id: string, english: string, values: Record<string, string>): string {
  const text = translate(id, '', { ...values, interpolation: { escapeValue: false } });
  return text && text !== id ? text : english;
}
