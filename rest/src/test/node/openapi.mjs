// Opens the page of an OpenAPI document, tries an operation out, and tells what the page then shows.
import { browse } from './browser.mjs';

await browse(async (page, url) => {
  await page.goto(url + '/docs/');
  await page.getByText('/users/{id}').first().click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByPlaceholder('id').fill('7');
  await page.getByRole('button', { name: 'Execute' }).click();
  const answer = page.locator('.live-responses-table .response').first();
  await answer.waitFor();
  return { title: await page.locator('h1, h2').first().innerText(), answer: await answer.innerText() };
});
