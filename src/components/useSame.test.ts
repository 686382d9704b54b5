import { renderHook } from '@testing-library/react';
import { useSame } from './useSame';

test('options stay the same object until others are given', () => {
  const { result, rerender } = renderHook(({ label }) => useSame([{ value: 1, label }]), {
    initialProps: { label: 'a' },
  });
  const first = result.current;
  rerender({ label: 'a' });
  expect(result.current).toBe(first);
  rerender({ label: 'b' });
  expect(result.current).toEqual([{ value: 1, label: 'b' }]);
});
