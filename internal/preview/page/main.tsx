import { createTheme, ThemeContext, type DataSourceInstanceSettings } from '@grafana/data';
import { Alert, GlobalStyles } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { DataSource } from '../../../src/datasource';
import type { FootfallOptions } from '../../../src/types';
import type { Query } from '../../../src/types.gen';
import { Page } from './Page';
import { provideServices } from './services';

/** What the server says is there to be asked. */
export interface Preview {
  datasource: DataSourceInstanceSettings<FootfallOptions>;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  timeZone: string;
  questions: Array<{ title: string; query: Query }>;
}

const themes = { dark: createTheme({ colors: { mode: 'dark' } }), light: createTheme({ colors: { mode: 'light' } }) };

function App() {
  const [mode, setMode] = useState<keyof typeof themes>('dark');
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState('');
  useEffect(() => {
    loadPreview().then(setPreview, (reason) => setError(String(reason)));
  }, []);
  return (
    <ThemeContext.Provider value={themes[mode]}>
      <GlobalStyles />
      {error && <Alert title="The preview cannot start">{error}</Alert>}
      {preview && (
        <Page
          preview={preview}
          datasource={new DataSource(preview.datasource)}
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
  return response.json();
}

provideServices();
createRoot(document.getElementById('page')!).render(<App />);
