import { getFieldDisplayName, type DataFrame } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { toDataQueryResponse } from '@grafana/runtime';
import fs from 'fs';
import i18next from 'i18next';
import path from 'path';
import pluginJson from '../plugin.json';
import zhHans from './locales/zh-Hans/footfall-behavior-datasource.json';
import { errorInLanguage, inLanguage, sayText, wordOf } from './said';

beforeAll(async () => {
  await initPluginTranslations(pluginJson.id);
  i18next.addResourceBundle('zh-Hans', pluginJson.id, zhHans);
});

afterEach(async () => {
  await i18next.changeLanguage('en-US');
});

/** An answer of the back end, in a language. */
async function answer(name: string, language = 'zh-Hans'): Promise<DataFrame[]> {
  await i18next.changeLanguage(language);
  const file = path.join(__dirname, '../pkg/plugin/testdata', `${name}.golden.jsonc`);
  const json = fs.readFileSync(file, 'utf8').replace(/^\/\/.*$/gm, '');
  const results = { A: JSON.parse(json) };
  return toDataQueryResponse({ data: { results } } as Parameters<typeof toDataQueryResponse>[0]).data.map(inLanguage);
}

const shown = (frame: DataFrame) => frame.fields.map((field) => getFieldDisplayName(field, frame, [frame]));

test('columns are called in the language, and keep the names by which overrides and links find them', async () => {
  const [chinese] = await answer('funnel_breakdown');
  const [english] = await answer('funnel_breakdown', 'en-US');
  expect(shown(chinese).slice(0, 5)).toEqual(['细分', '步骤', '用户', '占第一步比例', '占上一步比例']);
  expect(shown(english).slice(0, 5)).toEqual(['breakdown', 'step', 'users', 'share of first', 'share of previous']);
  expect(chinese.fields.map(({ name }) => name)).toEqual(english.fields.map(({ name }) => name));
  expect(chinese.fields[0].values).toEqual(english.fields[0].values);
  expect(chinese.fields[2].config.links?.[0].title).toBe('到达者');
});

test('a value that links pass on stays as it is in tables; where we draw it, it is a word', async () => {
  const [frame] = await answer('funnel_breakdown');
  const [breakdown] = frame.fields;
  expect(breakdown.config.mappings).toBeUndefined();
  expect(['ads', 'Other', '(none)'].map((value) => wordOf(breakdown, value))).toEqual(['ads', '其他', '（无）']);
});

test('legends of a breakdown, and notices with a word among their values', async () => {
  const [frame] = await answer('trend_users_breakdown');
  expect(shown(frame)).toEqual(['时间', 'ads', '其他', '（无）']);
  const [lifecycle] = await answer('lifecycle');
  expect(lifecycle.meta?.notices?.[0].text).toBe('最后一个区间（天）尚未结束：其数值仍可能增长，沉睡用户也尚不可知。');
  expect(shown(lifecycle)).toEqual(['时间', '新增', '持续', '回归', '沉睡']);
});

test('weekdays of a heatmap, the mean of cohorts, the end of a path', async () => {
  const [heatmap] = await answer('heatmap_hour_weekday');
  expect(heatmap.meta?.custom?.yOrdinalDisplay).toEqual(['周一', '周二', '周三', '周四', '周五', '周六', '周日']);
  const [retention] = await answer('retention_table');
  expect(retention.fields[0].config.mappings?.[0].options).toEqual({ 'weighted mean': { text: '加权平均' } });
  expect(shown(retention).slice(0, 4)).toEqual(['群组', '用户', '第 0 天', '第 1 天']);
  const [nodes] = await answer('paths_graph');
  expect(nodes.fields.find(({ name }) => name === 'title')?.values).toContain('（结束）');
});

test('an error is said by its id with its values, in it those that are texts themselves', async () => {
  await i18next.changeLanguage('zh-Hans');
  const error = {
    id: 'error.at-field',
    text: 'funnel.actor is "x"; use user or session',
    values: {
      field: 'funnel.actor',
      reason: {
        id: 'problem.not-one-of',
        text: 'is "x"; use user or session',
        values: {
          value: '"x"',
          words: { id: 'problem.list-or', text: 'user or session', values: { before: ['user'], last: 'session' } },
        },
      },
    },
  };
  const frame = { refId: 'A', fields: [], length: 0, meta: { custom: { error } } };
  expect(errorInLanguage({ refId: 'A', message: error.text }, [frame]).message).toBe(
    'funnel.actor 为 "x"；请使用 user 或 session'
  );
  expect(errorInLanguage({ refId: 'B', message: 'other' }, [frame]).message).toBe('other');
});

test('a text that nobody has translated is said in English, and what users wrote stays as they wrote it', async () => {
  await i18next.changeLanguage('zh-Hans');
  expect(sayText({ id: 'notice.of-a-later-version', text: 'Something {{new}}.' })).toBe('Something {{new}}.');
  expect(sayText({ id: 'word.first-seen', text: '', values: { property: '<b>{{property}}$t(word.other)' } })).toBe(
    '首次出现：<b>{{property}}$t(word.other)'
  );
});
