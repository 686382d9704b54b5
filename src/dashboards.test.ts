import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import type { FootfallQuery } from './types';
import { validate } from './validate';

const folder = join(__dirname, '..', 'provisioning', 'dashboards');
const pluginId = 'footfall-behavior-datasource';

interface Panel {
  title: string;
  datasource: { type: string };
  targets: FootfallQuery[];
}

describe.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s', (name) => {
  const { panels }: { panels: Panel[] } = JSON.parse(readFileSync(join(folder, name), 'utf8'));

  test('has only queries that are complete, so that they run', () => {
    for (const { title, targets } of panels.filter((panel) => panel.datasource.type === pluginId)) {
      for (const query of targets) {
        expect({ title, problems: validate(query) }).toEqual({
          title,
          problems: [],
        });
      }
    }
  });
});
