import { useEffect, useState, type RefObject } from 'react';

/** The size of an element in pixels, 0 until it is known. */
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(
      ([
        {
          contentRect: { width, height },
        },
      ]) => setSize({ width, height })
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
