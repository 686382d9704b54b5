import { config } from '@grafana/runtime';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { PanelSwitch } from './PanelSwitch';

type Scope = { __grafanaSceneContext?: unknown };

/** A dashboard whose panel of the type is edited, as Grafana keeps it. */
function editPanel(pluginId: string, isVizPickerOpen = false) {
  const handlers = new Set<() => void>();
  const panel = {
    state: { pluginId },
    subscribeToState: (handler: () => void) => {
      handlers.add(handler);
      return { unsubscribe: () => handlers.delete(handler) };
    },
  };
  const optionsPane = {
    state: { isVizPickerOpen },
    onChangePanel: jest.fn((choice: { pluginId: string; withModKey: boolean }) => {
      panel.state = { pluginId: choice.pluginId };
      optionsPane.state = { isVizPickerOpen: optionsPane.state.isVizPickerOpen === choice.withModKey };
      handlers.forEach((handler) => handler());
    }),
  };
  const editor = { state: { panelRef: { resolve: () => panel }, optionsPane } };
  (globalThis as Scope).__grafanaSceneContext = { state: { editPanel: editor } };
  return { panel, optionsPane };
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
  const { panel, optionsPane } = editPanel('table');
  render(<PanelSwitch isNew={false} />);
  await userEvent.click(screen.getByRole('button', { name: 'Draw with the Footfall panel' }));
  expect(panel.state.pluginId).toBe(own);
  expect(optionsPane.state.isVizPickerOpen).toBe(false);
  expect(screen.queryByRole('button')).toBeNull();
  act(() => optionsPane.onChangePanel({ pluginId: 'timeseries', withModKey: true }));
  expect(screen.getByRole('button')).toBeVisible();
  expect(panel.state.pluginId).toBe('timeseries');
});

test('a new panel begins with ours, and the list of visualizations is closed; a chosen one stays', () => {
  const fresh = editPanel('timeseries', true);
  render(<PanelSwitch isNew />);
  expect(fresh.panel.state.pluginId).toBe(own);
  expect(fresh.optionsPane.state.isVizPickerOpen).toBe(false);
  const chosen = editPanel('stat');
  render(<PanelSwitch isNew />);
  expect(chosen.optionsPane.onChangePanel).not.toHaveBeenCalled();
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
  const { optionsPane } = editPanel('timeseries');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as the code
  config.panels = {};
  const { container } = render(<PanelSwitch isNew />);
  expect(container).toBeEmptyDOMElement();
  expect(optionsPane.onChangePanel).not.toHaveBeenCalled();
});
