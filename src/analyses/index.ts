import type { Choice } from '../components/ChoiceField';
import { withDefaults, type PartOf } from '../defaults';
import { QueryTypeValues, type Query, type QueryType } from '../types.gen';
import type { Analysis } from './analysis';
import { annotations } from './annotations';
import { anomalies } from './anomalies';
import { funnel } from './funnel';
import { heatmap } from './heatmap';
import { lifecycle } from './lifecycle';
import { paths } from './paths';
import { retention } from './retention';
import { stickiness } from './stickiness';
import { timeline } from './timeline';
import { trend } from './trend';

/** All analyses, in the order in which they are offered. */
export const analyses: { [T in QueryType]: Analysis<T> } = {
  funnel,
  retention,
  trend,
  heatmap,
  paths,
  lifecycle,
  stickiness,
  timeline,
  anomalies,
  annotations,
};

const all = Object.keys(analyses) as QueryType[];

/** The analyses that panels offer. */
export const panelTypes = all.filter((type) => analyses[type].choice);

/** The same analyses, each with what it tells. */
export const analysisChoices = (): Array<Choice<QueryType>> =>
  panelTypes.map((value) => ({ value, ...analyses[value].choice!() }));

/** Reports whether a saved text is one of the analyses that this version knows. */
export function isQueryType(type: string): type is QueryType {
  return QueryTypeValues.some((known) => known === type);
}

/** Reports whether panels offer the analysis, so that its part can be edited. */
export function isEditable(type: string): type is QueryType {
  return panelTypes.some((known) => known === type);
}

/** What a part asks, with its defaults filled in. */
export function questionOf<T extends QueryType>(type: T, part: PartOf<T>): string {
  return analyses[type].question(withDefaults(type, part));
}

/** The parts that a query has. */
export function partsOf(query: Query): QueryType[] {
  return all.filter((type) => query[type]);
}
