import type { DataQuery } from '@grafana/schema';
import type { DataSourceJsonData } from '@grafana/data';
import type { Query, QueryType } from './types.gen';

/** A saved query: the model of the back end, and what Grafana adds to every query. */
export interface FootfallQuery extends DataQuery, Query {
  queryType: QueryType;
}

export const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export const weekStarts = ['monday', 'sunday', 'saturday'] as const;

/** The data source's settings; the back end knows the default of each. */
export interface FootfallOptions extends DataSourceJsonData {
  database?: string;
  /** Schema of the event tables. */
  schema?: string;
  sslmode?: (typeof sslModes)[number];
  /** IANA zone for queries that come without one, such as those of alert rules. */
  timeZone?: string;
  weekStart?: (typeof weekStarts)[number];
  /** Seconds. */
  queryTimeout?: number;
  rowLimit?: number;
  maxOpenConns?: number;
}

export interface FootfallSecrets {
  password?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

export interface EventName {
  name: string;
  count: number;
}

export interface PropertyValue {
  value: string;
  count: number;
}

/** What a query runs as, from the `sql` resource. */
export interface Statement {
  sql: string;
  source: string;
  reason: string;
}
