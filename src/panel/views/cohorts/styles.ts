import { css } from '@emotion/css';
import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useMemo, type CSSProperties } from 'react';

/** How strongly a cell is colored, with text that can be read on it: to so many steps, which no eye tells apart. */
const steps = 64;
/** What the accessibility guidelines (WCAG AA) ask of text. */
const contrast = 4.5;

export interface CellStyles {
  (share: number | null, isOpen: boolean): CSSProperties | undefined;
}

/** The style of a cell by its share of the full color's, from 0 to 1. A cell whose time is not over is hatched. */
export function useCellStyles(colorOf: (depth: number) => string): CellStyles {
  const theme = useTheme2();
  return useMemo(() => {
    const [closed, open] = [false, true].map((isOpen) =>
      Array.from({ length: steps + 1 }, (_, step) => styleOf(theme, colorOf(step / steps), isOpen))
    );
    return (depth, isOpen) =>
      depth === null ? undefined : (isOpen ? open : closed)[Math.round(Math.min(depth, 1) * steps)];
  }, [theme, colorOf]);
}

function styleOf(theme: GrafanaTheme2, backgroundColor: string, isOpen: boolean): CSSProperties {
  const color = theme.colors.getContrastText(backgroundColor, contrast);
  // Lines on the far side of the text's color: on them, it can be read even better.
  const line = colorManipulator.getLuminance(color) > 0.5 ? 'rgba(0, 0, 0, 0.4)' : 'rgba(255, 255, 255, 0.7)';
  const backgroundImage = `repeating-linear-gradient(-45deg, ${line} 0 2px, transparent 2px 7px)`;
  return { backgroundColor, color, ...(isOpen && { backgroundImage }) };
}

export const getStyles = (theme: GrafanaTheme2) => {
  const sticky = { position: 'sticky', background: theme.components.panel.background } as const;
  const cell = {
    // A gap between cells that needs no table with gaps, through which what scrolls beneath the head would show.
    border: `1px solid ${theme.components.panel.background}`,
    backgroundClip: 'padding-box',
    padding: 0,
    textAlign: 'center',
    whiteSpace: 'nowrap',
    'a, button': { justifyContent: 'center', width: '100%' },
  } as const;
  const text = {
    overflow: 'hidden',
    padding: theme.spacing(0, 0.5),
    textAlign: 'left',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontWeight: 'normal',
  } as const;
  const size = { ...text, textAlign: 'right', paddingRight: theme.spacing(1) } as const;
  const head = { ...sticky, top: 0, color: theme.colors.text.secondary };
  return {
    room: css({ overflow: 'auto' }),
    grid: css({
      tableLayout: 'fixed',
      borderCollapse: 'separate',
      borderSpacing: 0,
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      'td:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    }),
    headName: css({ ...text, ...head, zIndex: 3 }),
    headSize: css({ ...size, ...head, zIndex: 3 }),
    headPeriod: css({ ...text, ...head, zIndex: 2, textAlign: 'center' }),
    name: css({ ...text, ...sticky, zIndex: 1 }),
    size: css({ ...size, ...sticky, zIndex: 1, 'a, button': { justifyContent: 'flex-end', width: '100%' } }),
    cell: css(cell),
    openCell: css({ ...cell, outline: `1px dashed ${theme.colors.text.secondary}`, outlineOffset: -2 }),
    mean: css({ '> th, > td': { fontWeight: theme.typography.fontWeightMedium } }),
    // Beneath the head, which is as high as a row.
    pinned: css({
      '> th, > td': {
        position: 'sticky',
        zIndex: 2,
        top: 'var(--row)',
        fontWeight: theme.typography.fontWeightMedium,
      },
      '> [data-stays]': { zIndex: 3 },
    }),
  };
};
