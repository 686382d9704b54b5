import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, IconButton, MultiCombobox, Stack, Text, useStyles2 } from '@grafana/ui';
import { t } from '../i18n';
import { operatorText } from '../question/words';
import { OperatorValues, SegmentProperty, type Filter, type Operator } from '../types.gen';
import { useEditor, type Part } from './editor';
import { Named } from './Named';
import { ListProblem, ProblemField } from './ProblemField';
import { PropertyPicker } from './PropertyPicker';
import { useKeys } from './useKeys';
import { useSame } from './useSame';

interface Props {
  /** Path of the filters in the query. */
  path: string;
  /** What is filtered, for the labels: "step 1". */
  of: string;
  /** The event whose properties and values are offered. */
  event: string;
  filters?: Filter[];
  onChange: (filters: Filter[] | undefined) => void;
}

/** Filters, one per row, which must all hold. If there is none, only a button beside what it filters. */
export function FiltersEditor({ path, of, event, filters = [], onChange }: Props) {
  const styles = useStyles2(getStyles);
  const { keys, ...rows } = useKeys(filters.length);
  const change = (next: Filter[]) => onChange(next.length ? next : undefined);
  const add = () => {
    rows.insert(filters.length);
    change([...filters, { property: '', operator: '=', values: [] }]);
  };
  const remove = (at: number) => {
    rows.remove(at);
    change(filters.filter((_, i) => i !== at));
  };
  return (
    <div className={cx(styles.filters, filters.length > 0 && styles.ownRow)}>
      {filters.map((filter, i) => (
        <FilterRow
          key={keys[i]}
          path={`${path}[${i}]`}
          name={t('filters.name', 'filter {{number}} of {{of}}', { number: i + 1, of })}
          word={i === 0 ? t('filters.where', 'where') : t('filters.and', 'and')}
          event={event}
          value={filter}
          onChange={(next) => change(filters.map((f, j) => (j === i ? next : f)))}
          onRemove={() => remove(i)}
        />
      ))}
      <ListProblem path={path} name={t('filters.the-list', 'The list')} />
      <Button
        icon="filter"
        variant="secondary"
        fill="text"
        aria-label={t('filters.add-to', 'Add filter to {{of}}', { of })}
        onClick={add}
      >
        {t('filters.add', 'Add filter')}
      </Button>
    </div>
  );
}

interface RowProps extends Part<Filter> {
  path: string;
  name: string;
  word: string;
  event: string;
  onRemove: () => void;
}

const operators = (property: string) =>
  OperatorValues.filter((operator) => property !== SegmentProperty || ofSegments.includes(operator)).map((value) => ({
    value,
    label: operatorText(value),
  }));

/** The operators by which segments can be compared: a user may be in several. */
const ofSegments: Operator[] = ['in', 'notIn', '=', '!='];

/** The filter by another property, of which no value is chosen yet. */
function by(property: string, { operator, ...filter }: Filter): Filter {
  const isFitting = property !== SegmentProperty || ofSegments.includes(operator);
  const next = isFitting ? operator : 'in';
  return { ...filter, property, operator: next, values: takesNone(next) ? undefined : [] };
}

function FilterRow({ path, name, word, event, value: filter, onChange, onRemove }: RowProps) {
  const styles = useStyles2(getStyles);
  const options = useSame(operators(filter.property));
  return (
    <Stack direction="row" gap={0.5} alignItems="flex-start" wrap="wrap">
      <div className={styles.word}>
        <Text color="secondary" variant="bodySmall">
          {word}
        </Text>
      </div>
      <ProblemField path={`${path}.property`} name={t('filters.property', 'Property')}>
        <PropertyPicker
          label={t('filters.property-of', 'Property of {{name}}', { name })}
          placeholder={t('filters.property', 'Property')}
          event={event}
          value={filter.property}
          withSegments
          onChange={(property = '') => onChange(by(property, filter))}
        />
      </ProblemField>
      <Named label={t('filters.operator-of', 'Operator of {{name}}', { name })}>
        {(labelId) => (
          <ProblemField path={`${path}.operator`} name={t('filters.operator', 'Operator')}>
            <Combobox
              aria-labelledby={labelId}
              width={14}
              options={options}
              value={filter.operator}
              onChange={({ value: operator }) =>
                onChange({ ...filter, operator, values: fitting(operator, filter.values) })
              }
            />
          </ProblemField>
        )}
      </Named>
      {takesNone(filter.operator) ? (
        <ListProblem path={`${path}.values`} name={t('filters.value', 'Value')} />
      ) : (
        <ProblemField path={`${path}.values`} name={t('filters.value', 'Value')}>
          <ValuesPicker name={name} event={event} value={filter} onChange={onChange} />
        </ProblemField>
      )}
      <div className={styles.remove}>
        <IconButton name="times" tooltip={t('filters.remove', 'Remove {{name}}', { name })} onClick={onRemove} />
      </div>
    </Stack>
  );
}

interface ValuesProps extends Part<Filter> {
  name: string;
  event: string;
  invalid?: boolean;
}

function ValuesPicker({ name, event, value: filter, onChange, invalid }: ValuesProps) {
  const { suggestions } = useEditor();
  const shared = {
    options: suggestions.values(event, filter.property),
    width: 26,
    createCustomValue: true,
    invalid,
  };
  return takesSeveral(filter.operator) ? (
    <Named label={t('filters.values-of', 'Values of {{name}}', { name })}>
      {(labelId) => (
        <MultiCombobox
          {...shared}
          aria-labelledby={labelId}
          placeholder={t('filters.values', 'Values')}
          value={filter.values}
          onChange={(options) => onChange({ ...filter, values: options.map(({ value }) => value) })}
        />
      )}
    </Named>
  ) : (
    <Named label={t('filters.value-of', 'Value of {{name}}', { name })}>
      {(labelId) => (
        <Combobox
          {...shared}
          aria-labelledby={labelId}
          placeholder={t('filters.value', 'Value')}
          value={filter.values?.[0] ?? null}
          onChange={({ value }) => onChange({ ...filter, values: [value] })}
        />
      )}
    </Named>
  );
}

const takesNone = (operator: Operator) => operator === 'isSet' || operator === 'isNotSet';
const takesSeveral = (operator: Operator) => operator === 'in' || operator === 'notIn';

/** As many of the values as the operator takes. */
function fitting(operator: Operator, values: string[] = []): string[] | undefined {
  return takesNone(operator) ? undefined : takesSeveral(operator) ? values : values.slice(0, 1);
}

const getStyles = (theme: GrafanaTheme2) => ({
  filters: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5), alignItems: 'flex-start' }),
  ownRow: css({ flexBasis: '100%' }),
  word: css({
    width: theme.spacing(5),
    lineHeight: theme.spacing(4),
    textAlign: 'right',
    paddingRight: theme.spacing(0.5),
  }),
  remove: css({ display: 'flex', height: theme.spacing(4), alignItems: 'center', paddingLeft: theme.spacing(0.5) }),
});
