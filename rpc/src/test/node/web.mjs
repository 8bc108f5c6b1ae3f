// Opens a page in Chromium that calls the interop service on another origin, with each client in turn.
// Usage: node web.mjs DESCRIPTOR_SET_FILE PAGE_URL API_URL SITE_FOLDER calls|stranger
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { browse } from '../../../../rest/src/test/node/browser.mjs';

const [setFile, pageUrl, apiUrl, site, what] = process.argv.slice(2);

await build({ entryPoints: ['page.mjs'], bundle: true, format: 'esm', outfile: join(site, 'page.js'), logLevel: 'error' });
writeFileSync(
  join(site, 'index.html'),
  '<!doctype html><title>Peers</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
);

await browse(async (first) => {
  // The certificate is of the test's own making.
  const context = await first.context().browser().newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const versions = new Set();
  const looks = []; // the methods of HTTP
  let asked = 0; // the preflights of those
  const devtools = await context.newCDPSession(page);
  devtools.on('Network.responseReceived', ({ response }) => {
    if (response.url.startsWith(apiUrl)) {
      versions.add(response.protocol);
    }
  });
  devtools.on('Network.requestWillBeSent', ({ request }) => {
    if (!new URL(request.url).pathname.endsWith('/Look')) {
      return;
    }
    if (request.method === 'OPTIONS') {
      asked++;
    } else {
      looks.push(request.method);
    }
  });
  await devtools.send('Network.enable');
  await page.goto(pageUrl);
  await page.waitForFunction(() => globalThis.peers);
  const told = await page.evaluate(([name, ...rest]) => globalThis.peers[name](...rest), [
    what,
    readFileSync(setFile).toString('base64'),
    apiUrl,
  ]);
  return { versions: [...versions], looks, asked, told };
});
