import axe from 'axe-core';

/** What axe finds in what is drawn: nothing is as it should be. Colors are for a real browser to judge, which lays things out. */
export async function barriers(container: HTMLElement): Promise<string[]> {
  const { violations } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
