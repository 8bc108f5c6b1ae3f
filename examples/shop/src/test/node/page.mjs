// A visitor of the shop's page. Usage: node page.mjs PAGE_URL SCREENSHOT_FOLDER
import { join } from 'node:path';
import { browse } from '../../../../../rest/src/test/node/browser.mjs';

const folder = process.argv[3];

await browse(async (page, url) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(url);
  const text = (selector) => page.locator(selector).innerText();
  const product = (id) => page.locator(`.product[data-id="${id}"]`);
  await product('sku-empty').getByText('Sold out', { exact: true }).waitFor();
  await product('sku-2').getByText('5,000 in stock').waitFor();
  const shelf = (await page.locator('.product').allInnerTexts()).map((card) => card.split(/\s*\n\s*/));

  // By the keyboard alone: from the first product to the second.
  await product('sku-1').locator('input').focus();
  await page.keyboard.press('ArrowDown');
  await page.getByLabel('Quantity').fill('0');
  const invalid = await page.getByLabel('Quantity').getAttribute('aria-invalid');
  const impossible = [invalid, await page.locator('#place').isDisabled()];
  await page.getByLabel('Quantity').fill('2');
  await page.getByRole('button', { name: 'One more' }).click();
  const total = await text('#total');

  await page.evaluate(() => {
    const seen = (globalThis.seen = []);
    new MutationObserver(() => {
      const status = document.querySelector('.placed')?.dataset.status;
      if (status !== undefined && seen.at(-1) !== status) {
        seen.push(status);
      }
    }).observe(document.querySelector('#orders'), { subtree: true, childList: true, attributes: true });
  });
  await page.getByRole('button', { name: 'Place the order' }).click();
  await page.locator('.placed .status', { hasText: 'Paid' }).waitFor();
  await product('sku-2').getByText('4,997 in stock').waitFor();
  const placed = await text('.placed .what');
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.locator('.placed[data-ended] .status', { hasText: 'On its way' }).waitFor();
  const seen = await page.evaluate(() => globalThis.seen);

  await page.getByRole('button', { name: 'Place the order' }).click();
  await page.locator('.placed .status', { hasText: 'Paid' }).waitFor();
  await page.getByRole('button', { name: 'Cancel it' }).click();
  await page.locator('.placed[data-ended] .status', { hasText: 'Cancelled' }).waitFor();
  await product('sku-2').getByText('4,997 in stock').waitFor();

  await page.getByLabel('Payment').selectOption('card-declined');
  await page.getByRole('button', { name: 'Place the order' }).click();
  const declined = page.locator('#problem').filter({ hasText: 'cannot be done' });
  await declined.waitFor();
  const problem = await declined.innerText();

  await page.getByLabel('Payment').selectOption('card-visa');
  await page.locator('.product', { hasText: 'Slow cooker' }).click();
  await page.getByRole('button', { name: 'Place the order' }).click();
  await page.locator('#problem').filter({ hasText: 'too long' }).waitFor();
  const slow = await text('#problem');

  await page.locator('.product', { hasText: 'Teapot' }).click();
  await page.getByRole('button', { name: 'Place the order' }).click();
  await page.locator('.placed .status', { hasText: 'Paid' }).waitFor();
  await page.locator('#emails li').nth(4).waitFor();
  const emails = await text('#emails');
  await page.locator('#numbers div', { hasText: 'placed' }).getByText('3', { exact: true }).waitFor();
  const numbers = await text('#numbers');
  await page.screenshot({ path: join(folder, 'wide.png'), fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.screenshot({ path: join(folder, 'narrow.png'), fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: join(folder, 'dark.png'), fullPage: true });
  return { shelf, impossible, total, placed, seen, problem, slow, emails, numbers, overflow };
});
