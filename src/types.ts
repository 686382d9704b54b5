import type { DataQuery } from '@grafana/schema';
import type { DataSourceJsonData } from '@grafana/data';
import type { Query, QueryType } from './types.gen';
import type { Said } from './said';

/** A saved query: the model of the back end, and what Grafana adds to every query. */
export interface FootfallQuery extends DataQuery, Query {
  queryType: QueryType;
  /** Its texts are values out of an answer: nothing in them is a variable, whatever it looks like. An edit makes it a query like any other. */
  isLiteral?: boolean;
}

/** The data source's settings; the back end knows the default of each. */
export interface FootfallOptions extends DataSourceJsonData {
  database?: string;
  /** Schema of the event tables. */
  schema?: string;
  sslmode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** IANA zone for queries that come without one, such as those of alert rules. */
  timeZone?: string;
  weekStart?: 'monday' | 'sunday' | 'saturday';
  /** Seconds. */
  queryTimeout?: number;
  rowLimit?: number;
  maxOpenConns?: number;
  answerMemory?: number;
  /** Where the collector takes events, for the page that shows how to send them. */
  collectorUrl?: string;
  /** Where links to live pages may lead, such as https://shop.example. */
  overlaySites?: string[];
  /** Viewers get no lists of users or sessions, no timelines, and nothing that is picked or split by their ids. */
  hideUsersFromViewers?: boolean;
  /** Named as in Grafana's own data sources. */
  enableSecureSocksProxy?: boolean;
}

export interface FootfallSecrets {
  password?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
  /** The private key of links to live pages: 32 bytes in base64. */
  overlayKey?: string;
}

export interface EventName {
  name: string;
  count: number;
}

export interface PropertyValue {
  value: string;
  count: number;
}

/** How many events there are, from the `arrived` resource; `more` says that there are more than are counted. */
export interface Arrival {
  events: number;
  more: boolean;
}

/** What a query runs as, from the `sql` resource. */
export interface Statement {
  sql: string;
  /** The texts of the comments in the SQL. */
  comments: Said[];
  /** Of the first statement; neither where nothing is read. */
  source?: Said;
  reason?: Said;
}

/** Links to a page with the clicks on it, from the `overlay` resource, one for each site; they work until a time in milliseconds. */
export interface OverlayLinks {
  links: Array<{ page: string; url: string }>;
  expires: number;
}
