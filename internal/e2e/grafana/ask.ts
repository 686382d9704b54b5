import { expect, type APIRequestContext } from '@playwright/test';
import type { Query } from '../../../src/types.gen';

/** Days that are over, so that what is asked later gets the same numbers. */
const day = 24 * 3600 * 1000;
const today = Math.floor(Date.now() / day) * day;
export const range = { from: today - 30 * day, to: today - 1 };

export const datasource = { type: 'footfall-behavior-datasource', uid: 'footfall' };

/** A frame of an answer, as the back end sends it. */
export interface Frame {
  schema: { fields: Array<{ name: string; labels?: Record<string, string> }> };
  data: { values: unknown[][] };
}

/** Asks the data source over HTTP, in UTC. */
export async function ask(request: APIRequestContext, query: Query): Promise<Frame[]> {
  const response = await request.post('/api/ds/query', {
    data: {
      from: String(range.from),
      to: String(range.to),
      queries: [{ refId: 'A', datasource, timeZone: 'UTC', ...query }],
    },
  });
  await expect(response).toBeOK();
  return (await response.json()).results.A.frames;
}

/** The values of the field of that name. */
export function column<T>({ schema, data }: Frame, name: string): T[] {
  return data.values[schema.fields.findIndex((field) => field.name === name)] as T[];
}
