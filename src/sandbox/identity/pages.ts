/** The identity provider's few pages: which device, and who one is. Forms only, no script. */
import { PEOPLE } from './people.js';

const CODES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const safe = (text: string): string => text.replace(/[&<>"']/g, (c) => CODES[c]!);

/** A whole page. `body` is markup. */
export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${safe(title)}</title><style>body{font:16px/1.5 system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}button,input{font:inherit;padding:.3rem .7rem;margin:.2rem 0}</style>
<h1>${safe(title)}</h1>${body}</html>`;

/** Everybody of the company; there are no passwords in the sandbox. */
export const loginPage = (uid: string): string =>
  page(
    'Sign in to the sandbox company',
    `<form method="post" action="/interaction/${safe(uid)}">${PEOPLE.map(
      ({ id, name }) => `<p><button name="account" value="${safe(id)}">${safe(name)}</button></p>`,
    ).join('')}</form>`,
  );

/** `form` is the provider's own, without a button. */
export const codePage = (form: string, wrong: boolean): string =>
  page('Which device?', `${wrong ? '<p>That code is not known, or was used.</p>' : ''}${form}<button form="op.deviceInputForm">Go on</button>`);

export const confirmPage = (form: string, code: string): string =>
  page('Is this your device?', `<p>It shows <b>${safe(code)}</b>.</p>${form}<button form="op.deviceConfirmForm">Yes</button>`);

export const donePage = (): string => page('Signed in', '<p>Go back to the terminal.</p>');
