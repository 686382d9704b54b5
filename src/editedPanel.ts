import { config } from '@grafana/runtime';
import panelJson from './panel/plugin.json';

/** The panel whose query is being edited on a dashboard. */
export interface EditedPanel {
  state: { pluginId: string };
  changePluginType: (pluginId: string) => void;
  subscribeToState: (handler: (state: { pluginId: string }) => void) => { unsubscribe: () => void };
}

interface Scene {
  state?: { editPanel?: { state?: { panelRef?: { resolve?: () => Partial<EditedPanel> } } } };
}

/**
 * The edited panel; undefined outside a dashboard's panel editor. Grafana gives a query editor no way to its panel: this takes the
 * scene that Grafana keeps for variables, which is no part of its API. Where it looks different, nothing is found and nothing is offered.
 */
export function findEditedPanel(): EditedPanel | undefined {
  const { __grafanaSceneContext: scene } = globalThis as { __grafanaSceneContext?: Scene };
  const panel = scene?.state?.editPanel?.state?.panelRef?.resolve?.();
  return panel?.state && panel.changePluginType && panel.subscribeToState ? (panel as EditedPanel) : undefined;
}

/** The panel of this plugin, where this Grafana has loaded it. */
export function ownPanelId(): string | undefined {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the asynchronous list that replaces it is not in Grafana 12.3
  return config.panels[panelJson.id]?.id;
}
