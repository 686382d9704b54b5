import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';
import { TextDecoder, TextEncoder } from 'util';

// Looking whether each element is visible before its role takes most of a test's time.
configure({ defaultHidden: true });

Object.assign(global, { TextDecoder, TextEncoder });

// What jsdom lacks and @grafana/ui asks for.
Object.defineProperty(global, 'matchMedia', {
  value: () => ({
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
  }),
});
class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}
Object.assign(global, { ResizeObserver: Observer, IntersectionObserver: Observer });
// Whatever else is drawn is nothing.
const context: object = {
  measureText: () => ({ width: 100 }),
  createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
};
HTMLCanvasElement.prototype.getContext = (() =>
  new Proxy(context, { get: (known, name) => Reflect.get(known, name) ?? (() => {}) })) as never;
class Path {
  moveTo() {}
  lineTo() {}
  closePath() {}
  rect() {}
  arc() {}
}
Object.assign(global, { Path2D: Path });
// Lists draw only the entries for which there is room.
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 400, 400);
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { value: 400 });
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { value: 400 });
