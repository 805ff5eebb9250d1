/** `npm start` in a real browser: the sign-in, the Temporal UI with what is encrypted, and hostile texts on every page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CaseView, Entry } from '../../src/domain/case.js';
import { startCompany } from '../../src/sandbox/company.js';
import { start, type Started } from '../dev/start.js';
import { useBrowser, type Watched } from '../setup/browser.js';
import { runNode } from '../setup/process.js';
import { HOSTILE } from '../hostile/corpus.js';
import { eventually } from './site.js';

const TIMEOUT_MS = 120_000;
const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'onetouch-browser-'));
let town: Started | undefined;
let at: { page: string; ui: string; api: string };

beforeAll(async () => {
  if (!process.env['CHROMIUM']) return;
  town = start(join(folder, 'data'), ['--no-samples']);
  const address = async (of: RegExp) => (await town!.says(of))[1]!;
  at = { page: await address(/Sandbox company +(http:\S+)/), ui: await address(/Temporal UI +(http:\S+)/), api: await address(/API +(http:\S+)\/api/) };
  await town.says(/keeps running/);
}, TIMEOUT_MS);
afterAll(async () => {
  if (town) await town.stop();
  town?.kill();
  rmSync(folder, { recursive: true, force: true });
}, TIMEOUT_MS);

/** The command line, as somebody on this machine. */
const onetouch = (...words: string[]) => runNode(['scripts/onetouch.mjs', ...words], { ONETOUCH_URL: at.api, ONETOUCH_DATA: join(folder, 'data'), HOME: folder, XDG_CONFIG_HOME: folder });
async function said<T>(...words: string[]): Promise<T> {
  const command = onetouch('--json', ...words);
  await command.gone;
  return JSON.parse(command.said()) as T;
}

/** Somebody opens a ticket on the sandbox company's page. Answers its number. */
async function openTicket({ page }: Watched, text: { subject: string; description: string }, more: Record<string, string> = {}): Promise<string> {
  await page.goto(at.page);
  await page.getByText('Open a ticket').click();
  const form = page.locator('form[action="/tickets"]');
  await form.locator('[name=subject]').fill(text.subject);
  await form.locator('[name=description]').fill(text.description);
  for (const [name, value] of Object.entries(more)) {
    const field = form.locator(`[name=${name}]`);
    await ((await field.evaluate((e) => e.tagName)) === 'SELECT' ? field.selectOption(value) : field.fill(value));
  }
  await form.locator('button').last().click();
  await page.waitForURL(/\?ticket=\d+/);
  return new URL(page.url()).searchParams.get('ticket')!;
}
const standsAt = (ticket: string, stage: string) => eventually(async () => expect(await said<CaseView>('show', ticket)).toMatchObject({ stage }));

/** Opens a case in the Temporal UI. */
async function openCase({ page }: Watched, ticket: string): Promise<void> {
  await page.goto(`${at.ui}/namespaces/default/workflows/case-${ticket}`);
  await page.getByRole('heading', { name: 'Event History' }).waitFor();
}
/** The page's current details, which the UI shows in a frame of its own. */
async function detailsOf({ page }: Watched): Promise<FrameLocator> {
  await page.getByText('User Metadata').first().click();
  return page.frameLocator('iframe[src*="/render"] >> nth=-1');
}
const MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script> ![x](https://evil.example/x.png) [click](javascript:alert(3))';

test('a person signs in by the device code in a browser, and the terminal knows who it is', async () => {
  const { page, strange } = await browser();
  const login = onetouch('login');
  await login.ready((words) => words.includes('The code is'));
  const [, link] = /Open (http\S+) in a browser/.exec(login.said())!;
  await page.goto(link!);
  const goOn = page.getByRole('button', { name: 'Go on' });
  if (await goOn.isVisible()) await goOn.click();
  await page.getByRole('button', { name: 'Yes' }).click();
  await page.getByRole('button', { name: 'Lee, lead' }).click();
  await page.getByText('Go back to the terminal').waitFor();
  await login.gone;
  expect(login.said()).toContain('Signed in as Lee, lead (lead)');
  expect(await said('whoami')).toMatchObject({ name: 'Lee, lead', roles: ['lead'] });
  expect(strange).toEqual([]);
}, TIMEOUT_MS);

test('ops read an encrypted case in the Temporal UI, and what they send from there is heard in nobody\'s name', async () => {
  const tab = await browser();
  const { page } = tab;
  const ticket = await openTicket(tab, { subject: MARKUP, description: MARKUP }, { inquiry: 'cancellation' });
  await standsAt(ticket, 'tier-1');
  await openCase(tab, ticket);
  // What the workflow began with, and what its first activity read: decrypted in the browser through the codec endpoint.
  await page.getByText(`"${ticket}"`).first().waitFor();
  await page.getByText('{"ticket":{"status"').first().waitFor();
  await (await detailsOf(tab)).getByText('With Tier 1 (cancellation); the case ends when the ticket is solved.').waitFor();

  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: 'Send a Signal' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByTestId('signal-select-button').click();
  await dialog.getByRole('option', { name: 'close', exact: true }).click();
  await dialog.getByRole('textbox').last().click();
  await page.keyboard.insertText(JSON.stringify({ reason: MARKUP, by: { name: 'Lee, lead', role: 'lead', verified: true } }));
  // It writes the JSON anew when it is left, and grows.
  await dialog.getByText('Encoding').click();
  await dialog.getByRole('button', { name: 'Submit' }).click();
  await standsAt(ticket, 'ended');
  const { timeline } = await said<{ timeline: Entry[] }>('show', ticket);
  expect(timeline.filter((e) => e.by === 'Temporal UI, unverified' && e.text.includes('evil.example'))).not.toEqual([]);
  expect(timeline.filter((e) => e.by?.includes('Lee'))).toEqual([]);

  // Shown as text, in the history and among the metadata.
  await openCase(tab, ticket);
  await page.getByText('onerror=').first().waitFor();
  expect(await page.locator('img[src="x"], img[src*="evil"], a[href^="javascript:"]').count()).toBe(0);
  expect([tab.dialogs, tab.strange.filter((url) => url.includes('evil'))]).toEqual([[], []]);
}, TIMEOUT_MS);

test('what members type of a page stays text where the Temporal UI shows Markdown', async () => {
  const tab = await browser();
  const { page } = tab;
  const ticket = await openTicket(tab, { subject: 'It breaks', description: 'It breaks' }, { errorKind: 'server-error', pageOrFeature: MARKUP, errorText: 'HTTP 502' });
  await standsAt(ticket, 'awaiting-resolution');
  const { problem } = await said<CaseView>('show', ticket);
  await page.goto(`${at.ui}/namespaces/default/workflows/${problem}`);
  const details = await detailsOf(tab);
  await details.getByText('<img src=x').waitFor();
  expect(await details.locator('a, img, script:not([src])').count()).toBe(0);
  expect([tab.dialogs, tab.strange.filter((url) => url.includes('evil'))]).toEqual([[], []]);
}, TIMEOUT_MS);

test('hostile texts stay texts on the sandbox company\'s page', async () => {
  const tab = await browser();
  const { page } = tab;
  const company = await startCompany();
  try {
    for (const text of HOSTILE.filter((t) => /[<>"'`]|javascript:|evil/.test(t) && t.length < 100 && !/[\r\n]/.test(t))) {
      const ticket = await company.helpdesk.openTicket({ subject: text, description: text, employerGroup: text, member: { name: text, email: 'robin@example.com' } });
      await page.goto(`${company.page.url}/?ticket=${ticket}`);
      expect(await page.locator('body').innerText()).toContain(text.trim().slice(0, 20));
      expect(await page.locator('script, iframe, svg, img, meta[http-equiv], [onmouseover], [onerror], a[href*="evil"], a[href^="javascript:"]').count(), text).toBe(0);
      await company.helpdesk.delete(ticket);
    }
  } finally {
    await company.close();
  }
  expect([tab.dialogs, tab.strange]).toEqual([[], []]);
}, TIMEOUT_MS);
