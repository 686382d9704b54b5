import { Button } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { findEditedPanel, ownPanelId } from '../editedPanel';
import { t } from '../i18n';

/** What Grafana begins a new panel with. */
const beginnings = ['timeseries', '__unconfigured-panel'];

/**
 * Offers to draw the answer with the Footfall panel where another one is edited. A new panel begins with it: most answers are no time
 * series.
 */
export function PanelSwitch({ isNew }: { isNew: boolean }) {
  const [panel] = useState(findEditedPanel);
  const [pluginId, setPluginId] = useState(panel?.pluginId());
  const own = ownPanelId();
  useEffect(() => {
    const subscription = panel?.onChange(() => setPluginId(panel.pluginId()));
    return () => subscription?.unsubscribe();
  }, [panel]);
  useEffect(() => {
    if (isNew && own && panel && beginnings.includes(panel.pluginId())) {
      panel.change(own);
    }
    // Once: whoever then chooses a time series wants one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  if (!panel || !own || pluginId === own) {
    return null;
  }
  return (
    <Button icon="graph-bar" size="sm" variant="secondary" onClick={() => panel.change(own)}>
      {t('editor.draw-with-panel', 'Draw with the Footfall panel')}
    </Button>
  );
}
