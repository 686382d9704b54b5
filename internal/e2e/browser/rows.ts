import { expect, type APIRequestContext } from '@playwright/test';

/** As a person's browser, not as a program. */
export const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

/** An event in the database. */
interface Row {
  id: string;
  user: string;
  anonymousId: string;
  event: string;
  page: string;
  device: string;
  session: string;
  metadata: Record<string, unknown>;
}

/** The events in the database on pages below a path, by time, once they are so many; then no other may come. */
export async function rows(request: APIRequestContext, path: string, many: number): Promise<Row[]> {
  const read = async (): Promise<Row[]> => (await (await request.get(`/rows${path}`)).json()) ?? [];
  await expect.poll(async () => (await read()).length).toBeGreaterThanOrEqual(many);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const found = await read();
  expect(found.map((row) => row.event)).toHaveLength(many);
  return found;
}
