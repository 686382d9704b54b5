import type { DataSourceSettings } from '@grafana/data';
import { config, setDataSourceSrv, type DataSourceSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import type { FootfallOptions, FootfallSecrets } from '../types';
import { ConfigEditor } from './ConfigEditor';

type Settings = DataSourceSettings<FootfallOptions, FootfallSecrets>;

function edit(initial: Partial<Settings>) {
  let settings = { url: '', user: '', jsonData: {}, secureJsonFields: {}, ...initial } as Settings;
  function Host() {
    const [options, setOptions] = useState(settings);
    settings = options;
    return <ConfigEditor options={options} onOptionsChange={setOptions} />;
  }
  const { unmount } = render(<Host />);
  return { user: userEvent.setup(), saved: () => settings, unmount };
}

test('connection, analysis and limits', async () => {
  const { user, saved } = edit({});
  await user.type(screen.getByLabelText(/^Host/), 'db:5432');
  await user.type(screen.getByLabelText(/^Database/), 'shop');
  await user.type(screen.getByLabelText(/^User/), 'reader');
  await user.type(screen.getByLabelText(/^Password/), 'secret');
  await user.type(screen.getByLabelText(/^Schema/), 'events');
  expect(screen.queryByLabelText(/^Row limit/)).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Additional settings' }));
  await user.click(screen.getByLabelText(/^Week starts on/));
  await user.click(await screen.findByRole('option', { name: 'Sunday' }));
  await user.type(screen.getByLabelText(/^Query timeout/), '60');
  await user.type(screen.getByLabelText(/^Row limit/), '5');
  await user.clear(screen.getByLabelText(/^Row limit/));
  expect(saved()).toMatchObject({
    url: 'db:5432',
    user: 'reader',
    jsonData: { database: 'shop', schema: 'events', weekStart: 'sunday', queryTimeout: 60 },
    secureJsonData: { password: 'secret' },
  });
  expect(saved().jsonData.rowLimit).toBeUndefined();
});

test('certificates are asked for where there is TLS', async () => {
  const { user, saved } = edit({ jsonData: { sslmode: 'disable' }, secureJsonFields: { tlsCACert: true } });
  expect(screen.queryByText('CA certificate')).not.toBeInTheDocument();
  await user.click(screen.getByLabelText('TLS mode'));
  await user.click(await screen.findByRole('option', { name: /^verify-full/ }));
  await user.type(screen.getByLabelText(/^Client key/), 'PEM');
  await user.click(screen.getByRole('button', { name: 'Reset' }));
  expect(saved()).toMatchObject({
    jsonData: { sslmode: 'verify-full' },
    secureJsonFields: { tlsCACert: false },
    secureJsonData: { tlsClientKey: 'PEM', tlsCACert: '' },
  });
});

test('users can be hidden from viewers; what is set is seen at once', async () => {
  const { user, saved } = edit({ jsonData: { rowLimit: 5 } });
  await user.click(screen.getByLabelText(/^Hide single users from viewers/));
  expect(saved().jsonData).toEqual({ rowLimit: 5, hideUsersFromViewers: true });
});

test('the secure socks proxy is offered where Grafana has one', async () => {
  const proxy = /secure socks proxy/i;
  const { unmount } = edit({ jsonData: { rowLimit: 5 } });
  expect(screen.queryByText(proxy)).not.toBeInTheDocument();
  unmount();
  config.secureSocksDSProxyEnabled = true;
  const { user, saved } = edit({ jsonData: { rowLimit: 5 } });
  expect(screen.getByText(proxy)).toBeInTheDocument();
  await user.click(screen.getByLabelText('Enabled'));
  expect(saved().jsonData.enableSecureSocksProxy).toBe(true);
  config.secureSocksDSProxyEnabled = false;
});

test('without events it says how to send the first one to the collector, and leads to the dashboards', async () => {
  const jsonData = { collectorUrl: 'https://events.shop.example' };
  const service = {
    get: async () => ({ arrived: async () => ({ events: 0, more: false }) }),
    getInstanceSettings: () => ({ jsonData }),
  };
  setDataSourceSrv(service as unknown as DataSourceSrv);
  const { user, saved } = edit({ uid: 'empty', jsonData });
  expect(await screen.findByRole('heading', { name: 'Send your first event' })).toBeVisible();
  expect(screen.getByText(/curl -u WRITE_KEY: https:\/\/events\.shop\.example\/track/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Import sample dashboards' })).toHaveAttribute(
    'href',
    '/connections/datasources/edit/empty/dashboards'
  );
  await user.clear(screen.getByLabelText(/^Address/));
  expect(saved().jsonData.collectorUrl).toBeUndefined();
});

test('a data source that cannot be asked has no first steps yet', async () => {
  const service = { get: async () => Promise.reject(new Error('away')), getInstanceSettings: () => undefined };
  setDataSourceSrv(service as unknown as DataSourceSrv);
  edit({ uid: 'away' });
  expect(await screen.findByLabelText(/^Host/)).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Import sample dashboards' })).toBeNull();
});

test('sites for clicks on live pages, and a key that is generated; the public one is shown when it is saved', async () => {
  const service = {
    get: async () => ({ arrived: async () => undefined, overlayKey: async () => 'PUBLIC' }),
    getInstanceSettings: () => undefined,
  };
  setDataSourceSrv(service as unknown as DataSourceSrv);
  const { user, saved, unmount } = edit({ uid: 'shop' });
  await user.type(screen.getByLabelText(/^Sites/), 'https://shop.example{Enter}');
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  const key = saved().secureJsonData?.overlayKey ?? '';
  expect(atob(key)).toHaveLength(32);
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  expect(saved().secureJsonData?.overlayKey).not.toBe(key);
  expect(saved().jsonData.overlaySites).toEqual(['https://shop.example']);
  expect(screen.queryByLabelText(/^Public key/)).toBeNull();
  unmount();

  const later = edit({
    uid: 'shop',
    jsonData: { overlaySites: ['https://shop.example'] },
    secureJsonFields: { overlayKey: true },
  });
  expect(await screen.findByLabelText(/^Public key/)).toHaveValue('PUBLIC');
  expect(screen.queryByRole('button', { name: 'Generate' })).toBeNull();
  await later.user.click(screen.getByRole('button', { name: /Remove/ }));
  expect(later.saved().jsonData.overlaySites).toBeUndefined();
});
