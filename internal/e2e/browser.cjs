// The browser of the tests. require() it to find one; run it to bring one as well where there is none:
//   node internal/e2e/browser.cjs
// prints where it is.
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const root = path.join(__dirname, '..', '..');
const folder = path.join(root, '.footfall', 'browser');
const brought = path.join(folder, 'start');

/** The browser of CHROMIUM_PATH, of the system, of Playwright, or the one that was brought; undefined if there is none. */
function find() {
  if (process.env.CHROMIUM_PATH) {
    return process.env.CHROMIUM_PATH;
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => path.join(folder, name))
  );
  return [...candidates, require('@playwright/test').chromium.executablePath(), brought].find((file) =>
    fs.existsSync(file)
  );
}

/**
 * Brings a browser. Playwright's own needs libraries of the system that a bare Linux does not have. The package @sparticuz/chromium
 * has them with it, for Linux on amd64; there it is taken.
 */
async function bring() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    execFileSync('npx', ['--no-install', 'playwright', 'install', 'chromium'], { cwd: root, stdio: ['ignore', 2, 2] });
    return;
  }
  const home = path.join(__dirname, 'chromium');
  execFileSync('npm', ['ci', '--prefix', home], { stdio: ['ignore', 2, 2] });
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  // It unpacks itself to the temporary folder, with the libraries where it takes the machine for one of AWS Lambda.
  Object.assign(process.env, { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' });
  const { default: chromium } = await import(require.resolve('@sparticuz/chromium', { paths: [home] }));
  await chromium.executablePath();
  const [own, cache] = ['fonts', 'font-cache'].map((name) => path.join(folder, name));
  const fonts = `<fontconfig><dir>${own}</dir><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir></fontconfig>`;
  fs.writeFileSync(path.join(folder, 'fonts.conf'), fonts);
  const start = `#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
`;
  fs.writeFileSync(brought, start, { mode: 0o755 });
}

module.exports = { find };

if (require.main === module) {
  (async () => {
    if (!find()) {
      await bring();
    }
    const file = find();
    execFileSync(file, ['--version'], { stdio: ['ignore', 2, 2] });
    console.log(file);
  })().catch((error) => {
    console.error(
      `${error.message}\nNo browser could be brought: install chromium (on Debian: apt-get install chromium), or name one in CHROMIUM_PATH.`
    );
    process.exit(1);
  });
}
