import { config } from '@grafana/runtime';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { PanelSwitch } from './PanelSwitch';

type Scope = { __grafanaSceneContext?: unknown };

/** A dashboard whose panel of the type is edited, as Grafana keeps it. */
function editPanel(pluginId: string) {
  const handlers = new Set<(state: { pluginId: string }) => void>();
  const panel = {
    state: { pluginId },
    changePluginType: jest.fn((next: string) => {
      panel.state = { pluginId: next };
      handlers.forEach((handler) => handler(panel.state));
    }),
    subscribeToState: (handler: (state: { pluginId: string }) => void) => {
      handlers.add(handler);
      return { unsubscribe: () => handlers.delete(handler) };
    },
  };
  (globalThis as Scope).__grafanaSceneContext = {
    state: { editPanel: { state: { panelRef: { resolve: () => panel } } } },
  };
  return panel;
}

const own = 'footfall-behavior-panel';

beforeEach(() => {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as the code
  config.panels = { [own]: { id: own } as (typeof config.panels)[string] };
});

afterEach(() => {
  delete (globalThis as Scope).__grafanaSceneContext;
});

test('another panel can be switched to ours, and back', async () => {
  const panel = editPanel('table');
  render(<PanelSwitch isNew={false} />);
  await userEvent.click(screen.getByRole('button', { name: 'Draw with the Footfall panel' }));
  expect(panel.state.pluginId).toBe(own);
  expect(screen.queryByRole('button')).toBeNull();
  act(() => panel.changePluginType('timeseries'));
  expect(screen.getByRole('button')).toBeVisible();
  expect(panel.state.pluginId).toBe('timeseries');
});

test('a new panel begins with ours, a chosen one stays', () => {
  const fresh = editPanel('timeseries');
  render(<PanelSwitch isNew />);
  expect(fresh.state.pluginId).toBe(own);
  const chosen = editPanel('stat');
  render(<PanelSwitch isNew />);
  expect(chosen.changePluginType).not.toHaveBeenCalled();
});

test.each([
  ['outside a dashboard', undefined],
  ['in a scene of another make', { state: { editPanel: { panel: {} } } }],
])('nothing is offered %s', (_, scene) => {
  (globalThis as Scope).__grafanaSceneContext = scene;
  const { container } = render(<PanelSwitch isNew />);
  expect(container).toBeEmptyDOMElement();
});

test('nothing is offered where Grafana has not loaded the panel', () => {
  const panel = editPanel('timeseries');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as the code
  config.panels = {};
  const { container } = render(<PanelSwitch isNew />);
  expect(container).toBeEmptyDOMElement();
  expect(panel.changePluginType).not.toHaveBeenCalled();
});
