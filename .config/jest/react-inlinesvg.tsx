// Icons of @grafana/ui are fetched from Grafana; in tests an empty drawing stands for each.
export default function InlineSVG() {
  return <svg />;
}
