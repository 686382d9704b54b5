import { FieldType, toDataFrame, type DataFrame } from '@grafana/data';
import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { answering, asked, golden, show } from '../../testing';
import { countOf, fullShare, readCohorts } from './cohorts';

/** Cohorts of the sizes, and how many of each came back in each period; null lies in the future. */
function cohorts(sizes: number[], counts: Array<Array<number | null>>): DataFrame {
  const periods = counts[0].length;
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'cohorts' } },
    fields: [
      { name: 'cohort', type: FieldType.string, values: ['weighted mean', ...sizes.map((_, i) => `cohort ${i}`)] },
      { name: 'users', type: FieldType.number, values: [sizes.reduce((a, b) => a + b, 0), ...sizes] },
      ...Array.from({ length: periods }, (_, p) => ({
        name: `day ${p}`,
        type: FieldType.number,
        config: { unit: 'percentunit' },
        values: [0.5, ...sizes.map((size, i) => (counts[i][p] === null ? null : counts[i][p]! / size))],
      })),
      { name: 'in_progress', type: FieldType.string, values: ['', ...sizes.map(() => `day ${periods - 1}`)] },
    ],
  });
}

const grid = () => screen.getByRole('grid', { name: 'Cohorts' });

test('counts are those that the shares were made of', async () => {
  let state = 1;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let i = 0; i < 20_000; i++) {
    const size = 1 + random(2 ** (1 + random(31)));
    const count = random(size + 1);
    const frame = cohorts([size], [[size, count]]);
    const table = readCohorts(frame)!;
    expect(countOf(table, table.periods[1], 1)).toBe(count);
    expect(countOf(table, table.periods[1], 0)).toBeNull(); // a mean is of no users
    if (i % 100 > 0) {
      continue;
    }
    const sent = readCohorts({ ...frame, fields: JSON.parse(JSON.stringify(frame.fields)) })!;
    expect(countOf(sent, sent.periods[1], 1)).toBe(count);
  }
});

test('the first period, in which everybody is there, leaves colors to the others', () => {
  const counts = Array.from({ length: 40 }, (_, i) => [100, 10 + (i % 10), 5]);
  const table = readCohorts(
    cohorts(
      counts.map(() => 100),
      counts
    )
  )!;
  expect(fullShare(table)).toBeLessThan(0.2);
  expect(fullShare(table)).toBeGreaterThan(0.1);
});

test('cells switch between rates and counts, and begin as the option says', async () => {
  const frame = cohorts([200], [[200, 50]]);
  const { unmount } = await show([frame]);
  expect(grid()).toHaveTextContent('25.0%');
  await userEvent.click(screen.getByRole('radio', { name: 'Counts' }));
  expect(grid()).not.toHaveTextContent('25.0%');
  expect(grid()).toHaveTextContent('50.0%'); // the mean stays a rate
  unmount();
  await show([frame], { options: { cohortCells: 'counts' } });
  expect(grid()).not.toHaveTextContent('25.0%');
});

test('a long triangle says how many rows it has, and draws those in sight', async () => {
  const counts = Array.from({ length: 400 }, () => Array<number>(60).fill(1));
  const { container } = await show(
    [
      cohorts(
        counts.map(() => 10),
        counts
      ),
    ],
    { width: 900, height: 500 }
  );
  expect(grid()).toHaveAttribute('aria-rowcount', '402');
  expect(within(grid()).getAllByRole('row').length).toBeLessThan(80);
  expect(grid()).toHaveTextContent('cohort 0');
  expect(grid()).not.toHaveTextContent('cohort 399');
  const scroll = [...container.querySelectorAll('div')].find(
    (element) => element.contains(grid()) && getComputedStyle(element).overflow === 'auto'
  )!;
  scroll.scrollTop = 100_000;
  fireEvent.scroll(scroll);
  expect(grid()).toHaveTextContent('cohort 399');
});

test.each(['retention_table', 'retention_table_breakdown', 'retention_sessions'])(
  '%s has no barriers',
  async (name) => {
    const { container } = await show(golden(name));
    expect(await barriers(container)).toEqual([]);
    expect(container.textContent).not.toMatch(/NaN|undefined/);
  }
);

describe('curves', () => {
  const curves = { options: { cohortForm: 'curves' } } as const;
  const slider = () => screen.getByRole('slider', { name: 'Place along the axis' });

  test('the view switches to them, with the keyboard too, and back', async () => {
    await show(golden('retention_table'));
    const triangle = screen.getByRole('radio', { name: 'Triangle' });
    expect(triangle).toBeChecked();
    triangle.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByRole('figure', { name: 'Curves' })).toBeInTheDocument();
    expect(screen.queryByRole('grid')).toBeNull();
    await userEvent.click(screen.getByRole('radio', { name: 'Triangle' }));
    expect(grid()).toBeInTheDocument();
  });

  test('there is one for each cohort, and a strong one for the mean, dashed where a period is not over', async () => {
    const { container } = await show([cohorts([100, 50], [[100, 40, 30], [50, 10, null]])], curves); // prettier-ignore
    const paths = (rank: string) => [...container.querySelectorAll(`[data-rank="${rank}"]`)];
    expect(paths('plain')).toHaveLength(2);
    const [mean] = paths('mean').map((group) => group.querySelector('path')!);
    const [first, second] = paths('plain').map((group) => [...group.querySelectorAll('path')]);
    expect(Number(mean.getAttribute('stroke-width'))).toBeGreaterThan(
      2 * Number(first[0].getAttribute('stroke-width'))
    );
    expect(first[0].getAttribute('d')).toMatch(/^M[^L]*L[^L]*$/); // day 0 to day 1
    expect(first[1].getAttribute('d')).toMatch(/^M[^L]*L[^L]*$/); // day 1 to day 2, which is not over
    expect(first[1]).toHaveAttribute('stroke-dasharray');
    expect(second[1]).toHaveAttribute('d', ''); // the future has no line
  });

  test('arrow keys mark one cohort and say its exact numbers; Enter opens its list', async () => {
    const [frame] = golden('retention_table');
    answering(golden('retention_actors'));
    const { container } = await show([frame], curves);
    const table = readCohorts(frame)!;
    slider().focus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}');
    expect(container.querySelectorAll('[data-rank="marked"]')).toHaveLength(1);
    const period = Number(slider().getAttribute('aria-valuenow')) + (table.periods.length - Number(slider().getAttribute('aria-valuemax')) - 1); // prettier-ignore
    const count = countOf(table, table.periods[period], 1)!;
    expect(slider()).toHaveAttribute('aria-valuetext', expect.stringContaining(`${count} of ${table.size.values[1]}`));
    expect(screen.getByRole('tooltip')).toHaveTextContent(String(table.cohort.values[1]));
    await userEvent.keyboard('{Enter}');
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
    expect(asked).toMatchObject([
      { queryType: 'retention', retention: { actors: { cohort: table.cohort.values[1] } } },
    ]);
  });

  test('a first period in which everybody is there does not flatten the others', async () => {
    const frame = cohorts([100], [[100, 10, 5]]);
    frame.fields[2].values[0] = 1;
    const { unmount } = await show([frame], curves);
    expect(slider()).toHaveAttribute('aria-valuemax', '1');
    unmount();
    await show([cohorts([100], [[90, 10, 5]])], curves);
    expect(slider()).toHaveAttribute('aria-valuemax', '2');
  });

  test.each(['light', 'dark'] as const)('they have no barriers in %s', async (mode) => {
    for (const name of ['retention_table', 'retention_table_breakdown', 'retention_sessions']) {
      const { container, unmount } = await show(golden(name), { ...curves, mode, width: 300, height: 200 });
      expect(await barriers(container)).toEqual([]);
      expect(container.innerHTML).not.toMatch(/NaN|undefined/);
      unmount();
    }
  });
});
