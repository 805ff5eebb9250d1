/** `onetouch login` at a real identity provider: the device code, a browser, and the commands after it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/client/cli.js';
import type { Io } from '../../src/client/io.js';
import { loadGatewayConfig } from '../../src/config.js';
import { startIdentity, type Identity } from '../../src/sandbox/identity/provider.js';
import { serve, type Serving } from '../../src/web/serve.js';
import { SECRETS } from '../setup/secrets.js';
import { fakeProblems } from '../web/fake-problems.js';
import { CODEC, fakeAuditor } from '../web/town.js';
import { fakeCases } from '../web/fake-cases.js';
import { gatewayApp } from '../../src/web/app.js';
import { pino } from 'pino';

let identity: Identity;
let gateway: Serving;
let calls: ReturnType<typeof fakeCases>['calls'];
let kept = '';

beforeAll(async () => {
  identity = await startIdentity({ port: 0 });
  const fake = fakeCases();
  calls = fake.calls;
  const config = loadGatewayConfig({ ...identity.env, ...SECRETS });
  const nobody = async () => null;
  gateway = await serve(gatewayApp({ cases: fake.cases, problems: fakeProblems(fake.calls), auditor: fakeAuditor(fake.calls), config, codec: CODEC, ours: { helpdesk: nobody, jira: nobody }, log: pino({ level: 'silent' }) }), { port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await gateway.close();
  await identity.close();
});

async function onetouch(argv: string[], { env = {}, now = () => new Date(), onErr = (_line: string) => {} } = {}) {
  const out: string[] = [];
  const io: Io = {
    env: { ONETOUCH_URL: gateway.url, ...env },
    out: (line) => void out.push(line),
    err: (line) => {
      out.push(line);
      onErr(line);
    },
    stdin: async () => '',
    readFile: () => Promise.reject(new Error('no such file')),
    tokenFile: '',
    signedIn: { read: async () => kept, write: async (text) => void (kept = text) },
    width: 120,
    now,
  };
  return { code: await main(argv, io), out: out.join('\n') };
}

/** A browser: follows where it is sent, keeps cookies, and presses the first form's button. */
function browser() {
  const cookies = new Map<string, string>();
  async function go(url: string, form?: URLSearchParams): Promise<{ url: string; html: string }> {
    const response = await fetch(url, { redirect: 'manual', headers: { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }, ...(form && { method: 'POST', body: form }) });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    const to = response.headers.get('Location');
    return to ? go(new URL(to, url).href) : { url, html: await response.text() };
  }
  return {
    go,
    submit: (at: { url: string; html: string }, more: Record<string, string> = {}) => {
      const action = /<form[^>]* action="([^"]+)"/.exec(at.html)![1]!;
      const hidden = [...at.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]);
      return go(new URL(action, at.url).href, new URLSearchParams({ ...Object.fromEntries(hidden), ...more }));
    },
  };
}

/** Signs in as one of the company, where `login` says to. */
async function signInAt(link: string, account: string): Promise<string> {
  const person = browser();
  const device = await person.submit(await person.go(link)); // The link has the code in it: a script would send it on.
  expect(device.html).toContain(new URL(link).searchParams.get('user_code'));
  const login = await person.submit(device);
  expect(login.html).toContain('Lee, lead');
  return (await person.submit(login, { account })).html;
}

async function loginAs(account: string, env: NodeJS.ProcessEnv = {}) {
  let done: ReturnType<typeof onetouch>;
  const link = await new Promise<string>((resolve) => {
    done = onetouch(['login'], { env, onErr: (line) => /https?:\S+/.test(line) && resolve(/https?:\S+/.exec(line)![0]) });
  });
  const page = await signInAt(link, account);
  return { ...(await done!), page };
}

test('a person signs in with a device code, and what they say is theirs', async () => {
  const { code, out, page } = await loginAs('person-lead');
  expect([code, out]).toEqual([0, expect.stringMatching(/The code is [A-Z-]+\.\nSigned in as Lee, lead \(lead\) until \d{4}-\d\d-\d\d \d\d:\d\dZ\.$/)]);
  expect(page).toContain('Go back to the terminal');

  expect(await onetouch(['--as', 'The Boss', 'resume', '5158'])).toMatchObject({ code: 0 });
  expect(calls.at(-1)).toEqual(['resume', '5158', expect.objectContaining({ by: { name: 'Lee, lead', role: 'lead', verified: true, subject: 'person-lead' } })]);
}, 30_000);

test('the token goes to the gateway it was got for and to no other, and not when it has expired', async () => {
  expect(JSON.parse(kept)).toMatchObject({ gateway: gateway.url });
  const other = gateway.url.replace('127.0.0.1', 'localhost');
  expect(await onetouch(['cases'], { env: { ONETOUCH_URL: other } })).toMatchObject({ code: 1, out: expect.stringContaining('onetouch login') });
  expect(await onetouch(['cases'], { now: () => new Date(Date.now() + 7_200_000) })).toMatchObject({ code: 1, out: expect.stringContaining('onetouch login') });
  expect(await onetouch(['cases'])).toMatchObject({ code: 0 });
});

test('a role that may not is told so, with the exit code of a refusal', async () => {
  const token = await identity.tokenFor('auditor');
  expect(await onetouch(['cases'], { env: { ONETOUCH_TOKEN: token } })).toMatchObject({ code: 0 });
  expect(await onetouch(['resume', '5158'], { env: { ONETOUCH_TOKEN: token } })).toEqual({ code: 3, out: 'To do this takes the role agent or ops or lead or admin; you are auditor.' });
});

test('a token of the environment goes before the sign-in, and that is said', async () => {
  const { out } = await loginAs('person-agent', { ONETOUCH_TOKEN: 'another' });
  expect(out).toMatch(/\nSigned in as Ana, Tier 1 \(agent\) until .*\nONETOUCH_TOKEN is set in the environment and goes before this sign-in: unset it\.$/);
}, 30_000);

test('signed out, there is no token any more', async () => {
  expect(await onetouch(['logout'])).toMatchObject({ code: 0 });
  expect(kept).toBe('');
  expect(await onetouch(['cases'])).toMatchObject({ code: 1 });
});
