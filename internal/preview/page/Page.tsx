import { css } from '@emotion/css';
import {
  dateTime,
  LoadingState,
  type DataSourceInstanceSettings,
  type GrafanaTheme2,
  type TimeRange,
} from '@grafana/data';
import { Button, IconButton, LoadingBar, RadioButtonGroup, Text, TimeRangePicker, useStyles2 } from '@grafana/ui';
import { useEffect, useId, useMemo, useState, type ReactNode } from 'react';
import { QueryEditor } from '../../../src/components/QueryEditor';
import { ZonePicker } from '../../../src/components/ZonePicker';
import { DataSource } from '../../../src/datasource';
import { t } from '../../../src/i18n';
import logo from '../../../src/img/logo.svg';
import { useAnswer } from '../../../src/panel/shared/useAnswer';
import type { FootfallOptions, FootfallQuery } from '../../../src/types';
import { Picture } from './Picture';
import type { Language, Preview } from './main';

interface Props {
  preview: Preview;
  datasource: DataSourceInstanceSettings<FootfallOptions>;
  language: Language;
  onLanguage: (language: Language) => void;
  onToggleTheme: () => void;
}

/** A panel being edited: a choice of questions, the plugin's query editor, and the answer drawn beneath. */
export function Page({ preview, datasource: settings, language, onLanguage, onToggleTheme }: Props) {
  const styles = useStyles2(getStyles);
  const datasource = useMemo(() => new DataSource(settings), [settings]);
  const [chosen, setChosen] = useState(0);
  const [query, setQuery] = useState<FootfallQuery>(() => asked(preview, 0));
  // The query that the editor wanted to be run, as it was then.
  const [wanted, setWanted] = useState(query);
  const [range, setRange] = useState<TimeRange>(() => absoluteRange(preview.from, preview.to));
  const [timeZone, setTimeZone] = useState(preview.timeZone);
  const { answer, run, clear } = useAnswer(datasource);
  // What the server says is put into the language as the answer comes.
  useEffect(() => {
    if (!datasource.isComplete(query)) {
      clear();
    } else if (query === wanted) {
      run(query, range, timeZone);
    }
  }, [datasource, run, clear, query, wanted, range, timeZone, language]);
  // A changed question is asked when the plugin has found no fault in it: until then the answer before it stands.
  const asking = answer?.request;
  const isCurrent =
    !datasource.isComplete(query) ||
    (asking?.targets[0] === query && asking.range === range && asking.timezone === timeZone);

  return (
    <>
      <header className={styles.header}>
        <img src={logo} alt="" width={28} height={28} />
        <h1 className={styles.name}>Footfall</h1>
        <div className={styles.space} />
        <TimeControls range={range} onRange={setRange} timeZone={timeZone} onTimeZone={setTimeZone} />
        <RadioButtonGroup
          aria-label={t('preview.language', 'Language')}
          size="sm"
          options={languages}
          value={language}
          onChange={onLanguage}
        />
        <IconButton
          name="palette"
          size="lg"
          tooltip={t('preview.theme', 'Switch between dark and light')}
          onClick={onToggleTheme}
        />
      </header>
      <main className={styles.main}>
        <div>
          <RadioButtonGroup
            aria-label={t('preview.questions', 'Questions')}
            options={preview.questions.map(({ title }, value) => ({ label: titleOf(title), value }))}
            value={chosen}
            onChange={(index) => {
              setChosen(index);
              const next = asked(preview, index);
              setQuery(next);
              setWanted(next);
            }}
          />
        </div>
        <Panel
          title={t('preview.question', 'Question')}
          actions={
            <Button icon="play" size="sm" onClick={() => run(query, range, timeZone)}>
              {t('preview.run', 'Run query')}
            </Button>
          }
        >
          <div role="group" aria-label={t('preview.editor', 'Query editor')}>
            <QueryEditor
              key={chosen}
              datasource={datasource}
              query={query}
              range={range}
              data={answer}
              onChange={setQuery}
              onRunQuery={() => setWanted(query)}
            />
          </div>
        </Panel>
        <Panel
          title={t('preview.answer', 'Answer')}
          busy={answer?.state === LoadingState.Loading}
          isCurrent={isCurrent}
        >
          {answer && answer.state !== LoadingState.NotStarted ? (
            <Picture
              answer={answer}
              timeZone={query.timeZone || timeZone}
              options={preview.questions[chosen].options}
              onTimeRange={({ from, to }) => setRange(absoluteRange(from, to))}
            />
          ) : (
            <Text color="secondary">{t('preview.not-complete', 'The question is not complete yet.')}</Text>
          )}
        </Panel>
      </main>
    </>
  );
}

/** What the demo's questions are called; others are called as they are. */
function titleOf(title: string): string {
  switch (title) {
    case 'Checkout funnel':
      return t('preview.checkout-funnel', 'Checkout funnel');
    case 'Retention':
      return t('preview.retention', 'Retention');
    case 'Clicks':
      return t('preview.clicks', 'Clicks');
    case 'Busy hours':
      return t('preview.busy-hours', 'Busy hours');
  }
  return title;
}

const languages: Array<{ value: Language; label: string }> = [
  { value: 'en-US', label: 'English' },
  { value: 'zh-Hans', label: '中文' },
];

function asked({ questions, datasource: { type, uid } }: Preview, index: number): FootfallQuery {
  return { refId: 'A', datasource: { type, uid }, ...questions[index].query };
}

function absoluteRange(from: number, to: number): TimeRange {
  const range = { from: dateTime(from), to: dateTime(to) };
  return { ...range, raw: range };
}

interface TimeProps {
  range: TimeRange;
  onRange: (range: TimeRange) => void;
  timeZone: string;
  onTimeZone: (timeZone: string) => void;
}

function TimeControls({ range, onRange, timeZone, onTimeZone }: TimeProps) {
  const zoneId = useId();
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  const length = to - from;
  return (
    <>
      <label htmlFor={zoneId} className="sr-only">
        {t('preview.time-zone', 'Time zone of the dashboard')}
      </label>
      <ZonePicker
        id={zoneId}
        placeholder={t('preview.browser-time', 'Browser time')}
        value={timeZone === 'browser' ? undefined : timeZone}
        onChange={(zone = 'browser') => onTimeZone(zone)}
      />
      <TimeRangePicker
        value={range}
        timeZone={timeZone}
        onChange={onRange}
        onChangeTimeZone={onTimeZone}
        onMoveBackward={() => onRange(absoluteRange(from - length / 2, to - length / 2))}
        onMoveForward={() => onRange(absoluteRange(from + length / 2, to + length / 2))}
        onZoom={() => onRange(absoluteRange(from - length / 2, to + length / 2))}
      />
    </>
  );
}

function Panel({
  title,
  actions,
  busy,
  isCurrent,
  children,
}: {
  title: string;
  actions?: ReactNode;
  busy?: boolean;
  /** Whether what is shown, or under way, belongs to the question that stands. */
  isCurrent?: boolean;
  children: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.panel} aria-label={title} aria-busy={busy} data-current={isCurrent}>
      <div className={styles.bar}>{busy && <LoadingBar width={600} />}</div>
      <div className={styles.panelHeader}>
        <h2 className={styles.panelTitle}>{title}</h2>
        {actions}
      </div>
      <div className={styles.panelBody}>{children}</div>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(1, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  name: css({ margin: 0, fontSize: theme.typography.h4.fontSize }),
  space: css({ flex: 1 }),
  main: css({
    display: 'grid',
    gap: theme.spacing(1.5),
    gridTemplateColumns: 'minmax(0, 1fr)',
    justifyItems: 'stretch',
    maxWidth: 1400,
    margin: '0 auto',
    padding: theme.spacing(2),
  }),
  panel: css({
    position: 'relative',
    background: theme.components.panel.background,
    border: `1px solid ${theme.components.panel.borderColor}`,
    borderRadius: theme.shape.radius.default,
  }),
  bar: css({ position: 'absolute', inset: '0 0 auto 0', height: 1, overflow: 'hidden' }),
  panelHeader: css({
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    minHeight: theme.spacing(5),
    padding: theme.spacing(1, 2, 0),
  }),
  panelTitle: css({
    margin: 0,
    fontSize: theme.typography.body.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
  }),
  panelBody: css({ padding: theme.spacing(1, 2, 2) }),
});
