import type { DataSourceInstanceSettings, ScopedVars } from '@grafana/data';
import {
  setBackendSrv,
  setDataSourceSrv,
  setTemplateSrv,
  type BackendSrv,
  type BackendSrvRequest,
  type DataSourceSrv,
  type FetchResponse,
  type TemplateSrv,
} from '@grafana/runtime';
import { from, type Observable } from 'rxjs';
import { DataSource } from '../../../src/datasource';
import type { FootfallOptions } from '../../../src/types';

/** Gives the data source what Grafana would: a way to the server that serves this page, and no template variables. */
export function provideServices() {
  const backend: Pick<BackendSrv, 'fetch'> = {
    fetch: <T>(request: BackendSrvRequest): Observable<FetchResponse<T>> => from(send<T>(request)),
  };
  setBackendSrv(backend as BackendSrv);
  const templates: Pick<TemplateSrv, 'replace' | 'containsTemplate'> = {
    replace: (text = '', _: ScopedVars = {}) => text,
    containsTemplate: () => false,
  };
  setTemplateSrv(templates as TemplateSrv);
}

/** Lets the panel find the data source, for the lists behind its numbers. */
export function provideDataSource(settings: DataSourceInstanceSettings<FootfallOptions>) {
  const datasource = new DataSource(settings);
  const service = { get: async () => datasource, getInstanceSettings: () => settings };
  setDataSourceSrv(service as unknown as DataSourceSrv);
}

/** Fails with the response, as the data source expects of Grafana, unless the status is a good one. */
async function send<T>(config: BackendSrvRequest): Promise<FetchResponse<T>> {
  const parameters = new URLSearchParams(config.params).toString();
  const response = await fetch(parameters ? `${config.url}?${parameters}` : config.url, {
    method: config.method,
    headers: { ...config.headers, 'Content-Type': 'application/json' },
    body: config.data && JSON.stringify(config.data),
  });
  const text = await response.text();
  const answer: FetchResponse<T> = {
    config,
    data: parse(text),
    status: response.status,
    statusText: response.statusText,
    ok: response.ok,
    headers: response.headers,
    redirected: response.redirected,
    type: response.type,
    url: response.url,
  };
  if (!response.ok) {
    throw answer;
  }
  return answer;
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
