import fs from 'fs';
import path from 'path';
import ts from 'typescript';
import enUS from './en-US/footfall-behavior-datasource.json';
import said from '../said.gen.json';
import zhHans from './zh-Hans/footfall-behavior-datasource.json';
import zhHansPage from '../../internal/preview/page/zh-Hans.json';

/** The English texts in the front end's code, by id; those that depend on a count have an id for each form. */
const ours = sources(path.join(__dirname, '..')).flatMap(textsOf);
const english = new Map([...ours, ...Object.entries(said)]);
const chinese = new Map(flat(zhHans));

/** The preview page stands in for Grafana: its own texts are not handed out with the plugin. */
const page = new Map(sources(path.join(__dirname, '../../internal/preview/page')).flatMap(textsOf));
const chinesePage = new Map(flat(zhHansPage));

test('every text of the preview page has a translation, and no other', () => {
  expect([...chinesePage.keys()].sort()).toEqual([...page.keys()].sort());
  for (const id of page.keys()) {
    expect(chinesePage.get(id)).toMatch(/[\u4e00-\u9fff]/);
  }
});

test('every text of the code has a translation, and no other', () => {
  expect([...chinese.keys()].sort()).toEqual([...new Set([...english.keys()].map(inChinese))].sort());
});

test('one id has one text, here and on the server', () => {
  for (const [id, text] of ours) {
    expect({ id, text }).toEqual({ id, text: english.get(id) });
  }
});

test('English stands in the code alone', () => {
  expect(enUS).toEqual({});
});

test('a translation has the values of its text, and is Chinese', () => {
  for (const [id, text] of english) {
    const translation = chinese.get(inChinese(id)) ?? '';
    expect({ id, values: placeholders(translation) }).toEqual({ id, values: placeholders(text) });
    expect({ id, translation }).toEqual({
      id,
      translation: expect.stringMatching(sayNothing.test(text) ? /./ : /[\u4e00-\u9fff]/),
    });
  }
});

/** Texts that are names, signs or examples only, and the same in every language. */
const sayNothing = /^(\W|\{\{\w+\}\}|SQL|TLS)*$/;

/** Chinese has one form for all counts. */
function inChinese(id: string): string {
  return id.replace(/_one$/, '_other');
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\w+\}\}|<\/?\w+>/g)].map(([match]) => match).sort();
}

function flat(texts: object, prefix = ''): Array<[string, string]> {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`)
  );
}

function sources(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|gen|d)\.tsx?$/.test(name))
    .map((name) => path.join(folder, name));
}

/** The texts of all calls t(id, english, values) of a file. Ids and texts must stand there as they are, to be found. */
function textsOf(file: string): Array<[string, string]> {
  const texts: Array<[string, string]> = [];
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && node.expression.getText() === 't') {
      texts.push(...textsOfCall(node, file));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

function textsOfCall(call: ts.CallExpression, file: string): Array<[string, string]> {
  const [id, text, values] = call.arguments;
  if (!ts.isStringLiteralLike(id) || !ts.isStringLiteralLike(text)) {
    throw new Error(`${file}: ${call.getText()}: write the id and the English text as they are`);
  }
  const forms = values && ts.isObjectLiteralExpression(values) ? pluralForms(values) : [];
  return forms.length ? forms.map(([form, formText]) => [`${id.text}_${form}`, formText]) : [[id.text, text.text]];
}

function pluralForms(values: ts.ObjectLiteralExpression): Array<[string, string]> {
  return values.properties.flatMap((property) => {
    const form = /^defaultValue_(\w+)$/.exec(property.name?.getText() ?? '')?.[1];
    return form && ts.isPropertyAssignment(property) && ts.isStringLiteralLike(property.initializer)
      ? [[form, property.initializer.text] as [string, string]]
      : [];
  });
}
