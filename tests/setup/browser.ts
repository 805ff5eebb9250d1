/** A real browser, where this machine has one. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** Headless, and silent towards everything but the pages it is shown. */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PATIENCE_MS = 20_000;

/** What a page did that no page of ours and no text on it may do. */
export interface Watched {
  page: Page;
  /** Dialogs that it opened. */
  dialogs: string[];
  /** Addresses that it asked for outside of this machine. */
  strange: string[];
}

/** One browser for a file of tests; without Chromium each of them is skipped and says so. */
export function useBrowser(): () => Promise<Watched> {
  const executablePath = process.env['CHROMIUM'];
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath) browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterAll(async () => browser?.close());
  beforeEach((t) => {
    if (!browser) t.skip('there is no Chromium; CHROMIUM names one');
  });
  return async () => {
    const page = await browser!.newPage({ viewport: { width: 1500, height: 1000 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const watched: Watched = { page, dialogs: [], strange: [] };
    page.on('dialog', (dialog) => {
      watched.dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1') watched.strange.push(request.url());
    });
    return watched;
  };
}
