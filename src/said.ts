import {
  FieldType,
  MappingType,
  type DataFrame,
  type DataQueryError,
  type Field,
  type ValueMapping,
} from '@grafana/data';
import { isFetchError } from '@grafana/runtime';
import { translateText } from './i18n';
import { enumerate } from './question/words';

/** A text of the server (pkg/say): its id, the whole text in English, and its values by name. */
export interface Said {
  id: string;
  text: string;
  values?: Record<string, string | number | string[] | Said>;
}

/** What the server says about a field (pkg/frames), besides its name, which is the same in all languages. */
interface FieldTexts {
  name?: Said;
  links?: Said[];
  words?: Record<string, Said>;
  isLinked?: boolean;
  isText?: boolean;
}

/** What the server says about a frame (pkg/frames). */
interface FrameTexts {
  notices?: Said[];
  stats?: Said[];
  comments?: Said[];
  error?: Said;
  yOrdinalDisplay?: string[];
}

/** The text in Grafana's language; the English where there is no translation. */
export function sayText({ id, text, values = {} }: Said): string {
  return translateText(
    id,
    text,
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueText(value)]))
  );
}

function valueText(value: string | number | string[] | Said): string {
  if (Array.isArray(value)) {
    return enumerate(value);
  }
  return typeof value === 'object' ? sayText(value) : String(value);
}

/** Reports whether a value that came from outside is a text of the server. */
export function isSaid(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && 'id' in value && 'text' in value;
}

/** A value of a field as people read it: in their language where it is one of the server's own words. */
export function wordOf(field: Field, value: string): string {
  const word = textsOf(field).words?.[value];
  return word ? sayText(word) : value;
}

/** Reports whether a value is one of the server's own words, such as Other, which stands for no single value. */
export function isWord(field: Field, value: string): boolean {
  return Boolean(textsOf(field).words?.[value]);
}

/** The frame with all that the server says in it in Grafana's language. Names of fields stay: links and overrides go by them. */
export function inLanguage(frame: DataFrame): DataFrame {
  const said: FrameTexts = frame.meta?.custom ?? {};
  // Grafana may have added notices of its own, after these.
  frame.meta?.notices
    ?.slice(0, said.notices?.length ?? 0)
    .forEach((notice, i) => (notice.text = sayText(said.notices![i])));
  said.stats?.forEach((name, i) => Object.assign(frame.meta?.stats?.[i] ?? {}, { displayName: sayText(name) }));
  if (frame.meta?.executedQueryString && said.comments) {
    frame.meta.executedQueryString = commentsInLanguage(frame.meta.executedQueryString, said.comments);
  }
  frame.fields.forEach(translateField);
  const ordinals = frame.fields[1];
  if (said.yOrdinalDisplay && ordinals) {
    said.yOrdinalDisplay = said.yOrdinalDisplay.map((label) => wordOf(ordinals, label));
  }
  return frame;
}

/** SQL whose comments are texts of the server, in Grafana's language. */
export function commentsInLanguage(sql: string, comments: Said[]): string {
  const texts = new Map(comments.map((said) => [`-- ${said.text}`, `-- ${sayText(said)}`]));
  return sql
    .split('\n')
    .map((line) => texts.get(line) ?? line)
    .join('\n');
}

function translateField(field: Field) {
  const { config } = field;
  const { name, links, words, isLinked, isText } = textsOf(field);
  if (name) {
    const called = sayText(name);
    if (config.displayName) {
      config.displayName = called;
    } else if (called !== field.name) {
      config.displayNameFromDS = called;
    }
  }
  links?.forEach((title, i) => Object.assign(config.links?.[i] ?? {}, { title: sayText(title) }));
  if (!words) {
    return;
  }
  config.mappings?.forEach((mapping) => translateMapping(field, mapping));
  if (isText) {
    field.values = field.values.map((value) => wordOf(field, value));
  } else if (field.type === FieldType.string && !isLinked) {
    const options = Object.fromEntries(Object.entries(words).map(([word, said]) => [word, { text: sayText(said) }]));
    config.mappings = [...(config.mappings ?? []), { type: MappingType.ValueToText, options }];
  }
}

function translateMapping(field: Field, mapping: ValueMapping) {
  if (mapping.type === MappingType.ValueToText) {
    Object.values(mapping.options).forEach((result) => (result.text = wordOf(field, result.text ?? '')));
  }
}

function textsOf(field: Field): FieldTexts {
  return field.config.custom?.texts ?? {};
}

/** The error with its message in Grafana's language, which a frame of the same query brings along. */
export function errorInLanguage<E extends DataQueryError>(error: E, frames: DataFrame[]): E {
  const frame = frames.find(({ refId, meta }) => refId === error.refId && isSaid(meta?.custom?.error));
  return frame ? { ...error, message: sayText(frame.meta!.custom!.error) } : error;
}

/** Why a resource did not answer, in Grafana's language. */
export function failureText(error: unknown): string {
  const failure = isFetchError(error) ? error.data : undefined;
  return isSaid(failure?.said) ? sayText(failure.said) : (failure?.error ?? String(error));
}
