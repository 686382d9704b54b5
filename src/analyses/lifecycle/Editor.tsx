import { Stack } from '@grafana/ui';
import { ActivityFields } from '../../components/ActivityFields';
import { intervalChoices } from '../../components/choices';
import type { Part } from '../../components/editor';
import type { Lifecycle } from '../../types.gen';

export function LifecycleEditor({ value, onChange }: Part<Lifecycle>) {
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <ActivityFields path="lifecycle" intervals={intervalChoices()} value={value} onChange={onChange} />
    </Stack>
  );
}
