import type { ComponentType } from 'react';
import type { EditableType } from '../defaults';
import { t } from '../i18n';
import type { Query } from '../types.gen';
import { LifecycleEditor, StickinessEditor } from './ActivityEditor';
import { AnomaliesEditor } from './AnomaliesEditor';
import type { Choice } from './ChoiceField';
import type { Part } from './editor';
import { FunnelEditor } from './FunnelEditor';
import { HeatmapEditor } from './HeatmapEditor';
import { PathsEditor } from './PathsEditor';
import { RetentionEditor } from './RetentionEditor';
import { TimelineEditor } from './TimelineEditor';
import { TrendEditor } from './TrendEditor';

/** The fields of each analysis. */
export const editors: { [T in EditableType]: ComponentType<Part<NonNullable<Query[T]>>> } = {
  funnel: FunnelEditor,
  retention: RetentionEditor,
  heatmap: HeatmapEditor,
  trend: TrendEditor,
  lifecycle: LifecycleEditor,
  stickiness: StickinessEditor,
  paths: PathsEditor,
  timeline: TimelineEditor,
  anomalies: AnomaliesEditor,
};

/** The analyses, each with what it tells. */
export const analysisChoices = (): Array<Choice<EditableType>> => [
  {
    value: 'funnel',
    label: t('editor.funnel', 'Funnel'),
    description: t('editor.funnel-text', 'How far users get, step by step'),
  },
  {
    value: 'retention',
    label: t('editor.retention', 'Retention'),
    description: t('editor.retention-text', 'How many come back, by cohort and period'),
  },
  {
    value: 'trend',
    label: t('editor.trend', 'Trend'),
    description: t('editor.trend-text', 'Events, users or sessions over time'),
  },
  {
    value: 'heatmap',
    label: t('editor.heatmap', 'Heatmap'),
    description: t('editor.heatmap-text', 'By hour and weekday, or by two properties'),
  },
  {
    value: 'paths',
    label: t('editor.paths', 'Paths'),
    description: t('editor.paths-text', 'What is done after an event, or before it'),
  },
  {
    value: 'lifecycle',
    label: t('editor.lifecycle', 'Lifecycle'),
    description: t('editor.lifecycle-text', 'New, returning, resurrecting and dormant users'),
  },
  {
    value: 'stickiness',
    label: t('editor.stickiness', 'Stickiness'),
    description: t('editor.stickiness-text', 'On how many days each user is active'),
  },
  {
    value: 'timeline',
    label: t('editor.timeline', 'Timeline'),
    description: t('editor.timeline-text', 'All that one user did, or one session'),
  },
  {
    value: 'anomalies',
    label: t('editor.anomalies', 'Anomalies'),
    description: t('editor.anomalies-text', 'Busy users, or unusual times'),
  },
];
