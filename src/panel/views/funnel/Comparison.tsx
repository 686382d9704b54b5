import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { Linked } from '../../shared/Linked';
import { LowMark, type Formats } from './parts';
import type { FunnelSteps, Way } from './steps';

interface Props {
  funnel: FunnelSteps;
  ways: Way[];
  colors: string[];
  formats: Formats;
}

/** The groups of a breakdown side by side: who came to each step, and how far each group is behind the best one. */
export function Comparison({ funnel, ways, colors, formats }: Props) {
  const styles = useStyles2(getStyles);
  const { steps, groups, fields } = funnel;
  const conversions = steps[steps.length - 1].bars.map(({ share }) => share);
  const best = Math.max(...conversions.map((share) => share ?? 0));
  return (
    <div className={styles.room}>
      <table className={styles.table} aria-label={t('funnel.comparison', 'Comparison of the groups')}>
        <thead>
          <tr>
            <td />
            {steps.map(({ name }, at) => (
              <th key={at} scope="col" title={name}>
                <div className={styles.step}>{name}</div>
              </th>
            ))}
            <th scope="col">{t('funnel.conversion', 'conversion')}</th>
            <th scope="col">{t('funnel.to-best', 'to the best')}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group, i) => (
            <tr key={i}>
              <th scope="row" title={group}>
                <div className={styles.group}>
                  <span className={styles.swatch} style={{ background: colors[i] }} />
                  <span className={styles.step}>{group}</span>
                </div>
              </th>
              {steps.map(({ bars }, at) => {
                const way = ways.find(({ to }) => to === at);
                const { row, users, ofPrevious } = bars[i];
                return (
                  <td key={at}>
                    <div className={styles.cell}>
                      {way && <LowMark isShort share={ofPrevious} {...{ way, formats }} />}
                      <span className={styles.faint}>{formats.ofPrevious(ofPrevious)}</span>
                      <Linked field={fields.users} row={row}>
                        <strong>{formats.users(users)}</strong>
                      </Linked>
                    </div>
                  </td>
                );
              })}
              <td>{formats.share(conversions[i]) || '–'}</td>
              <td className={styles.faint}>{toBest(conversions[i], best)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How far a share is behind the best one, in percentage points. */
function toBest(share: number | null, best: number): string {
  if (share === null) {
    return '–';
  }
  const points = (best - share) * 100;
  return points === 0
    ? t('funnel.best', 'best')
    : t('funnel.points', '−{{points}} points', { points: points.toFixed(1) });
}

const getStyles = (theme: GrafanaTheme2) => ({
  room: css({ flexShrink: 0, maxHeight: '40%', marginTop: theme.spacing(1), overflow: 'auto' }),
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    'th, td': { padding: theme.spacing(0.25, 1), textAlign: 'right', whiteSpace: 'nowrap' },
    'thead th, thead td': {
      position: 'sticky',
      top: 0,
      background: theme.components.panel.background,
      color: theme.colors.text.secondary,
    },
    'tbody th': { textAlign: 'left', fontWeight: 'normal' },
    'tbody td, tbody th': { borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
  step: css({ maxWidth: 160, overflow: 'hidden', textOverflow: 'ellipsis' }),
  group: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  cell: css({ display: 'flex', justifyContent: 'flex-end', alignItems: 'center', gap: theme.spacing(1) }),
  faint: css({ color: theme.colors.text.secondary }),
  swatch: css({ width: 10, height: 10, flexShrink: 0, borderRadius: 2 }),
});
