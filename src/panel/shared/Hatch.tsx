import { useTheme2 } from '@grafana/ui';

/** A pattern of an SVG under the id: hatching that lets what lies beneath be seen, for what is not whole. */
export function Hatch({ id }: { id: string }) {
  const theme = useTheme2();
  return (
    <pattern id={id} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width={2.5} height={5} style={{ fill: theme.colors.background.primary }} />
    </pattern>
  );
}
