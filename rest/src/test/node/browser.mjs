// Runs steps in a real browser and prints what they return as JSON. Usage of a scenario: node openapi.mjs URL
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function browse(steps) {
  const url = process.argv[2];
  // No sandbox: tests run as root in containers. The rest keeps it from calling home.
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    const errors = [];
    const elsewhere = [];
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
    page.on('request', (request) => { if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url()); });
    const result = await steps(page, url);
    console.log(JSON.stringify({ result, errors, elsewhere }));
  } finally {
    await browser.close();
  }
}
