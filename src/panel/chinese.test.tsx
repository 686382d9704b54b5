import { getFieldDisplayName, type DataFrame } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import i18next from 'i18next';
import pluginJson from '../../plugin.json';
import zhHans from '../locales/zh-Hans/footfall-behavior-datasource.json';
import { inLanguage } from '../said';
import { golden, goldenNames as names, show } from './testing';

/**
 * What the events of the back end's tests are called and labelled, and all that they hold, and the ids by which a graph's edges find its
 * nodes: the only words of an answer that stay as they are.
 */
const data =
  /metadata\.[xy]\b|\bat[XY]\b|Paid more than \d+|\d+-(end|none|other)\b|\b(Cart|ann|ben|cat|view|cart|pay|Viewed|mobile|desktop|email|ads|channel|total|s\d|device_type|session_id|metadata|refund|nothing|spot|buy|event_counts_15min|ID|UTC|SQL|W\d+)\b/g;

beforeAll(async () => {
  await initPluginTranslations(pluginJson.id);
  i18next.addResourceBundle('zh-Hans', pluginJson.id, zhHans);
  await i18next.changeLanguage('zh-Hans');
});

function answer(name: string): DataFrame[] {
  return golden(name).map(inLanguage);
}

/** The words of texts that are neither Chinese nor data. */
function foreign(texts: Array<string | null | undefined>): string[] {
  const words = texts.flatMap((text) => text?.replace(data, '').match(/[A-Za-z]{2,}|\b[a-z]\b/g) ?? []);
  return [...new Set(words)];
}

/** Grafana takes annotations by what their columns are called, and shows no such columns. */
test.each(names.filter((name) => !name.startsWith('annotations')))('%s is Chinese', async (name) => {
  const { container } = await show(answer(name));
  for (const table of screen.queryAllByRole('button', { name: '以表格显示' })) {
    await userEvent.click(table);
  }
  const attributes = ['aria-label', 'title'].flatMap((attribute) =>
    [...container.querySelectorAll(`[${attribute}]`)].map((element) => element.getAttribute(attribute))
  );
  const shown = [...container.querySelectorAll('*')].flatMap(({ childNodes }) =>
    [...childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ textContent }) => textContent)
  );
  expect(foreign([...shown, ...attributes])).toEqual([]);
});

/** All that Grafana's own panels and its inspector show of an answer, besides the values. */
test.each(names)('what Grafana shows of %s is Chinese', (name) => {
  for (const frame of answer(name)) {
    const comments = frame.meta?.executedQueryString?.split('\n').filter((line) => /^-- [^$]/.test(line)) ?? [];
    const columns = name.startsWith('annotations')
      ? []
      : frame.fields.map((field) => getFieldDisplayName(field, frame, [frame]));
    expect(
      foreign([
        ...columns,
        ...comments,
        ...(frame.meta?.notices ?? []).map(({ text }) => text),
        ...(frame.meta?.custom?.yOrdinalDisplay ?? []),
        ...frame.fields.flatMap(({ config }) => config.links?.map(({ title }) => title) ?? []),
        ...frame.fields.flatMap(({ config }) => mappedTexts(config.mappings)),
      ])
    ).toEqual([]);
  }
});

function mappedTexts(mappings: DataFrame['fields'][number]['config']['mappings'] = []): string[] {
  return mappings.flatMap(({ options }) =>
    Object.values(options).flatMap((result) => (result && typeof result === 'object' ? (result.text ?? []) : []))
  );
}
