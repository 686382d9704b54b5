import {
  ActorValues,
  AnomaliesIntervalValues,
  AnomaliesOutputValues,
  AnomaliesValueValues,
  AnyEvent,
  MaxBusyActors,
  MaxDeviations,
  MaxMoreThan,
  MaxWeeks,
  MinDeviations,
  MinHistory,
  type Anomalies,
} from '../types.gen';
import { outOfRange, type Checks } from './checks';

export function validateAnomalies(checks: Checks, a: Anomalies) {
  const deviations = a.deviations || 3.5;
  checks.selector('anomalies', { ...a, event: a.event || AnyEvent });
  checks.oneOf('anomalies.output', a.output || 'actors', AnomaliesOutputValues);
  checks.oneOf('anomalies.actor', a.actor || 'user', ActorValues);
  checks.window('anomalies.window', a.window || '1m', '24h');
  checks.count('anomalies.moreThan', a.moreThan || 60, 1, MaxMoreThan);
  checks.count('anomalies.limit', a.limit || 100, 1, MaxBusyActors);
  checks.oneOf('anomalies.value', a.value || 'events', AnomaliesValueValues);
  checks.oneOf('anomalies.interval', a.interval || 'hour', AnomaliesIntervalValues);
  checks.count('anomalies.weeks', a.weeks || 4, MinHistory, MaxWeeks);
  checks.check(
    deviations >= MinDeviations && deviations <= MaxDeviations,
    'anomalies.deviations',
    outOfRange(deviations, MinDeviations, MaxDeviations)
  );
}
