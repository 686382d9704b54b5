import '@testing-library/jest-dom';
import { TextDecoder, TextEncoder } from 'util';

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
Object.defineProperty(global, 'ResizeObserver', {
  value: class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
});
HTMLCanvasElement.prototype.getContext = () => null;
// Lists draw only the entries for which there is room.
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 400, 400);
Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { value: 400 });
Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { value: 400 });
