import { config } from '@grafana/runtime';
import panelJson from './panel/plugin.json';

/** The panel whose query is being edited on a dashboard. */
export interface EditedPanel {
  pluginId: () => string;
  /** Draws the answer with another panel plugin, as a choice in the list of visualizations does. */
  change: (pluginId: string) => void;
  onChange: (handler: () => void) => { unsubscribe: () => void };
}

interface Scene {
  state?: { editPanel?: { state?: { panelRef?: { resolve?: () => Panel }; optionsPane?: OptionsPane } } };
}

interface Panel {
  state?: { pluginId?: string };
  subscribeToState?: EditedPanel['onChange'];
}

interface OptionsPane {
  state?: { isVizPickerOpen?: boolean };
  onChangePanel?: (choice: { pluginId: string; withModKey: boolean }) => void;
}

/**
 * The edited panel; undefined outside a dashboard's panel editor. Grafana gives a query editor no way to its panel: this takes the
 * scene that Grafana keeps for variables, which is no part of its API. Where it looks different, nothing is found and nothing is offered.
 */
export function findEditedPanel(): EditedPanel | undefined {
  const { __grafanaSceneContext: scene } = globalThis as { __grafanaSceneContext?: Scene };
  const editor = scene?.state?.editPanel;
  const panel = editor?.state?.panelRef?.resolve?.();
  const pane = () => editor?.state?.optionsPane;
  if (!panel?.state?.pluginId || !panel.subscribeToState || !pane()?.onChangePanel) {
    return undefined;
  }
  return {
    pluginId: () => panel.state!.pluginId!,
    // A choice closes the list, and opens it where it is closed, unless a key is held.
    change: (pluginId) => pane()!.onChangePanel!({ pluginId, withModKey: !pane()!.state?.isVizPickerOpen }),
    onChange: (handler) => panel.subscribeToState!(handler),
  };
}

/** The panel of this plugin, where this Grafana has loaded it. */
export function ownPanelId(): string | undefined {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the asynchronous list that replaces it is not in Grafana 12.3
  return config.panels[panelJson.id]?.id;
}
