import { Combobox, Stack } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../../i18n';
import { AnyEvent, type Timeline, type TimelineOrder } from '../../types.gen';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import { useEditor, type Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { ProblemField } from '../../components/ProblemField';
import { SelectorEditor } from '../../components/SelectorEditor';

const orders = (): Array<Choice<TimelineOrder>> => [
  { value: 'newest', label: t('timeline.newest', 'Newest') },
  { value: 'oldest', label: t('timeline.oldest', 'Oldest') },
];

export function TimelineEditor({ value: timeline, onChange }: Part<Timeline>) {
  const set = (change: Partial<Timeline>) => onChange({ ...timeline, ...change });
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <IdField
        path="timeline.user"
        label={t('timeline.user', 'User')}
        placeholder={t('timeline.choose-user', 'Choose or type a user_id')}
        property="user_id"
        value={timeline.user}
        onChange={(user) => set({ user })}
      />
      <IdField
        path="timeline.session"
        label={t('timeline.session', 'Session')}
        placeholder={t('timeline.all-sessions', 'All sessions')}
        property="session_id"
        value={timeline.session}
        onChange={(session) => set({ session })}
      />
      <SelectorEditor
        path="timeline"
        label={t('timeline.event', 'Event')}
        of={t('timeline.of-event', 'the event')}
        value={timeline}
        onChange={set}
      />
      <ChoiceField
        radio
        path="timeline.order"
        label={t('timeline.order', 'First come the')}
        options={orders()}
        value={timeline.order}
        onChange={(order) => set({ order })}
      />
      <NumberField
        path="timeline.limit"
        label={t('timeline.limit', 'Events')}
        value={timeline.limit}
        onChange={(limit) => set({ limit })}
      />
    </Stack>
  );
}

interface IdProps extends Part<string | undefined> {
  path: string;
  label: string;
  placeholder: string;
  property: string;
}

/** Whose events are listed: one of those seen lately, or any that is typed. */
function IdField({ path, label, placeholder, property, value, onChange }: IdProps) {
  const id = useId();
  const { suggestions } = useEditor();
  return (
    <ProblemField path={path} label={label} htmlFor={id}>
      <Combobox
        id={id}
        placeholder={placeholder}
        width={30}
        options={suggestions.values(AnyEvent, property)}
        value={value || null}
        isClearable
        createCustomValue
        onChange={(option) => onChange(option?.value)}
      />
    </ProblemField>
  );
}
