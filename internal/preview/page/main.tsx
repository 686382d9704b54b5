import { createTheme, ThemeContext, type DataSourceInstanceSettings } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { Alert, GlobalStyles } from '@grafana/ui';
import i18next from 'i18next';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import pluginJson from '../../../plugin.json';
import { t } from '../../../src/i18n';
import zhHans from '../../../src/locales/zh-Hans/footfall-behavior-datasource.json';
import type { PanelOptions } from '../../../src/panel/options';
import type { FootfallOptions } from '../../../src/types';
import type { Query } from '../../../src/types.gen';
import { Page } from './Page';
import { provideDataSource, provideServices } from './services';
import zhHansPage from './zh-Hans.json';

/** What the server says is there to be asked. */
export interface Preview {
  datasource: DataSourceInstanceSettings<FootfallOptions>;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  timeZone: string;
  questions: Array<{ title: string; query: Query; options?: PanelOptions }>;
}

const themes = { dark: createTheme({ colors: { mode: 'dark' } }), light: createTheme({ colors: { mode: 'light' } }) };

export type Language = 'en-US' | 'zh-Hans';

function App() {
  const [language, setLanguage] = useState<Language>('en-US');
  const [mode, setMode] = useState<keyof typeof themes>('dark');
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState('');
  useEffect(() => {
    loadPreview().then(setPreview, (reason) => setError(String(reason)));
  }, []);
  return (
    <ThemeContext.Provider value={themes[mode]}>
      <GlobalStyles />
      {error && <Alert title={t('preview.cannot-start', 'The preview cannot start')}>{error}</Alert>}
      {preview && (
        <Page
          preview={preview}
          datasource={preview.datasource}
          language={language}
          // Texts are translated while they are drawn, so the page is drawn anew when the language has changed.
          onLanguage={(next) => void i18next.changeLanguage(next).then(() => setLanguage(next))}
          onToggleTheme={() => setMode(mode === 'dark' ? 'light' : 'dark')}
        />
      )}
    </ThemeContext.Provider>
  );
}

async function loadPreview(): Promise<Preview> {
  const response = await fetch('/api/preview');
  if (!response.ok) {
    throw new Error(`${response.status} ${await response.text()}`);
  }
  const preview: Preview = await response.json();
  provideDataSource(preview.datasource);
  return preview;
}

/**
 * Grafana would have loaded the plugin's translations; this page has its own beside them. The texts of Grafana's components, such as
 * the time picker, are not among them and stay English.
 */
async function loadTranslations() {
  await initPluginTranslations(pluginJson.id);
  i18next.addResourceBundle('zh-Hans', pluginJson.id, { ...zhHans, ...zhHansPage });
}

provideServices();
void loadTranslations().then(() => createRoot(document.getElementById('page')!).render(<App />));
