/** What production refuses to start with: each of these settings is one change away from a good set. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { random } from '../../chaos/random.js';
import { ConfigError, loadGatewayConfig, loadWorkerConfig } from '../../src/config.js';
import { guessableKey, guessableText } from '../../src/guessable.js';
import { startCompany } from '../../src/sandbox/company.js';

const secret = () => randomBytes(24).toString('base64');
const KEY = randomBytes(32).toString('base64');
const PAYLOAD_KEY = randomBytes(32).toString('base64');
const GOOD = {
  PAYLOAD_KEYS: `2026-07:${PAYLOAD_KEY}`,
  GRANT_KEYS: `2026-07:${KEY}`,
  OIDC_ISSUER: 'https://sign-in.company.com',
  OIDC_AUDIENCE: 'https://onetouch.company.com/api',
  HELPDESK_URL: 'https://company.zendesk.com',
  HELPDESK_CLIENT_ID: 'onetouch',
  HELPDESK_CLIENT_SECRET: secret(),
  HELPDESK_WEBHOOK_SECRET: secret(),
  JIRA_URL: 'https://company.atlassian.net',
  JIRA_EMAIL: 'onetouch@company.com',
  JIRA_API_TOKEN: secret(),
  JIRA_WEBHOOK_SECRET: secret(),
  AUDIT_KEY: generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  JIRA_PROJECT_PRODOPS: 'OPS',
  JIRA_PROJECT_INFRA: 'INF',
  ADMIN_URL: 'https://admin.company.com',
  ADMIN_TOKEN: secret(),
  SMTP_URL: `smtps://onetouch:${encodeURIComponent(secret())}@mail.company.com`,
  MAIL_FROM: 'help@company.com',
  MAIL_REPLY_TO: 'support@company.com',
};
type Settings = Record<string, string | undefined>;
const LOADERS = { worker: loadWorkerConfig, gateway: loadGatewayConfig };
const problems = (entry: keyof typeof LOADERS, over: Settings): string[] => {
  try {
    LOADERS[entry]({ ...GOOD, ...over });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};
const both = ['worker', 'gateway'] as const;

test.each(both)('the %s starts with a good set, in production by default', (entry) => {
  expect(problems(entry, {})).toEqual([]);
  expect(problems(entry, { ONETOUCH_ENV: 'production' })).toEqual([]);
  expect(problems(entry, { ONETOUCH_ENV: 'prod' })).toEqual([expect.stringMatching(/^ONETOUCH_ENV is neither/)]);
});

test.each(both)('the %s does not start without encryption, nor with one key for two purposes', (entry) => {
  expect(problems(entry, { PAYLOAD_KEYS: undefined })).toEqual([expect.stringMatching(/^PAYLOAD_KEYS is missing/)]);
  expect(problems(entry, { PAYLOAD_KEYS: `p:${KEY}` })).toEqual([expect.stringContaining('PAYLOAD_KEYS has a key of GRANT_KEYS')]);
  const twice = problems(entry, { PAYLOAD_KEYS: `a:${PAYLOAD_KEY},b:${PAYLOAD_KEY}` });
  expect(twice).toEqual([expect.stringContaining('PAYLOAD_KEYS has the same key twice')]);
  expect(twice[0]).not.toContain(PAYLOAD_KEY);
});

describe('a secret', () => {
  const of: [string, (typeof both)[number]][] = [
    ['HELPDESK_CLIENT_SECRET', 'worker'],
    ['JIRA_API_TOKEN', 'worker'],
    ['ADMIN_TOKEN', 'worker'],
    ['HELPDESK_WEBHOOK_SECRET', 'gateway'],
    ['JIRA_WEBHOOK_SECRET', 'gateway'],
    ['HELPDESK_CLIENT_SECRET', 'gateway'],
    ['JIRA_API_TOKEN', 'gateway'],
  ];
  test.each(of)('%s of the %s: a placeholder, a short one and one that repeats itself are refused, and not quoted', (name, entry) => {
    for (const weak of ['change-me-to-a-long-secret', 'your-secret-goes-here', 'replace_this_with_a_random_one', 'x7Kp2', 'abababababababababababab']) {
      const said = problems(entry, { [name]: weak });
      expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
      expect(said[0]).not.toContain(weak);
    }
  });
  test.each([
    "It's a Secret to Everybody", 'my-super-secret-password', 'onetouch-webhook-secret', 'jira-to-our-gateway', 'your key goes in here', 'a-todo-for-tomorrow',
    '1234567890123456', '4711-0815-2026-1125', '86028157480912563347', 'qwertyuiopasdfgh', 'QWERTZUIOPASDFGH', '1qaz2wsx3edc4rfv', 'abcdefghijklmnopqrst', 'zyxwvutsrqponmlk', 'abcd1234efgh5678', 'aaaabbbbccccddddeeeeffff',
    'Kx7!pQKx7!pQKx7!pQ', 'correcthorsecorrecthorse',
  ])('%s is none', (weak) => {
    for (const [name, entry] of of) {
      const said = problems(entry, { [name]: weak });
      expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} (looks like a placeholder|has no letters|follows the|repeats)`))]);
      expect(said[0]).not.toContain(weak);
    }
  });
  test.each(of.filter(([, entry], i) => entry === 'worker' || i === 3 || i === 4))('%s of the %s: a missing one is refused', (name, entry) => {
    for (const missing of [undefined, '', '   ']) expect(problems(entry, { [name]: missing })).toEqual([expect.stringMatching(new RegExp(`^${name} is (missing|empty)`))]);
  });
  test.each(['HELPDESK_WEBHOOK_SECRET', 'JIRA_WEBHOOK_SECRET'])('%s: a list of none is a missing one, in development too', (name) => {
    for (const ONETOUCH_ENV of ['production', 'development'])
      for (const none of [',', ' , ', ',,']) expect(problems('gateway', { ONETOUCH_ENV, [name]: none })).toEqual([expect.stringMatching(new RegExp(`^${name} is empty: the .*secret`))]);
  });
  test('each of two that are rotated is looked at', () => {
    expect(problems('gateway', { JIRA_WEBHOOK_SECRET: `${secret()},changeme` })).toEqual([expect.stringContaining('JIRA_WEBHOOK_SECRET looks like a placeholder')]);
  });
});

describe.each(both)('keys of the %s', (entry) => {
  test('for grants: missing, short, made of one character, or the same twice are refused', () => {
    expect(problems(entry, { GRANT_KEYS: undefined })).toEqual([expect.stringMatching(/^GRANT_KEYS is missing/)]);
    expect(problems(entry, { GRANT_KEYS: 'a:c2hvcnQ=' })).toEqual([expect.stringMatching(/^GRANT_KEYS .*32 bytes/)]);
    expect(problems(entry, { GRANT_KEYS: `a:${'A'.repeat(44)}` })).toEqual([expect.stringMatching(/^GRANT_KEYS .*not random/)]);
    expect(problems(entry, { GRANT_KEYS: `a:${KEY},b:${KEY}` })).toEqual([expect.stringMatching(/^GRANT_KEYS .*same key twice/)]);
  });
  const bytes = (of: (i: number) => number, length = 32) => Buffer.from(Array.from({ length }, (_, i) => of(i) & 0xff));
  test.each<[string, Buffer, string]>([
    ['a text', Buffer.from('change-me-change-me-change-me-32'), 'text'],
    ['base64 in base64', Buffer.from(randomBytes(24).toString('base64')), 'text'],
    ['a text of lines', Buffer.from('this is no key\nbut a file of its\n'.padEnd(32).slice(0, 32)), 'text'],
    ['one byte', bytes(() => 0x90), 'a sequence'],
    ['0 to 31', bytes((i) => i), 'a sequence'],
    ['255 and down by 7', bytes((i) => 255 - 7 * i), 'a sequence'],
    ['half a key twice', bytes((i) => 197 * (i % 16) ** 2 + 131), 'a repetition'],
  ])('%s is no key', (_, key, what) => {
    for (const name of ['GRANT_KEYS', 'PAYLOAD_KEYS']) {
      const said = problems(entry, { [name]: `k:${key.toString('base64')}` });
      expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} holds a key \\("k"\\) that is not random but ${what};`))]);
      expect(said[0]).not.toContain(key.toString('base64'));
    }
  });
});

test('what is made by chance is taken, in each form in which generators and vendors give it', () => {
  const { int } = random(20_261_125);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => int(0, 255)));
  const forms: (() => string)[] = [
    () => bytes(32).toString('base64'), // openssl rand -base64 32
    () => bytes(34).toString('base64').slice(0, 45), // Zendesk's signing secrets
    () => bytes(32).toString('hex'), // Zendesk's OAuth clients
    () => `ATATT3xFfGF0${bytes(126).toString('base64url')}=${bytes(4).toString('hex').toUpperCase()}`, // Jira's API tokens
    () => bytes(24).toString('base64url'),
    () => bytes(16).toString('hex'),
  ];
  for (let i = 0; i < 10_000; i++) {
    for (const form of forms) {
      const made = form();
      expect(guessableText(made), made).toBeNull();
    }
    const key = bytes(32);
    expect(guessableKey(key), key.toString('base64')).toBeNull();
  }
});

describe('the way to an outside system', () => {
  test.each([
    ['HELPDESK_URL', 'worker'], ['JIRA_URL', 'worker'], ['ADMIN_URL', 'worker'],
    ['HELPDESK_URL', 'gateway'], ['JIRA_URL', 'gateway'], ['OIDC_ISSUER', 'gateway'],
  ] as const)('%s of the %s by plain HTTP is refused', (name, entry) => {
    for (const url of ['http://company.example', 'HTTP://company.example', 'http://127.0.0.1:4101'])
      expect(problems(entry, { [name]: url })).toEqual([expect.stringMatching(new RegExp(`^${name} is plain HTTP`))]);
  });
  test.each(both)('the %s checks certificates', (entry) => {
    expect(problems(entry, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([expect.stringContaining('NODE_EXTRA_CA_CERTS')]);
    expect(problems(entry, { NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });
  test('mail goes encrypted or not at all', () => {
    expect(problems('worker', { SMTP_URL: 'smtp://mail.company.com' })).toEqual([expect.stringMatching(/^SMTP_URL may go unencrypted/)]);
    expect(problems('worker', { SMTP_URL: 'smtp://mail.company.com?requireTLS=false' })).toHaveLength(1);
    expect(problems('worker', { SMTP_URL: 'smtp://mail.company.com?requireTLS=true' })).toEqual([]);
  });
});

describe('the mail server', () => {
  const smtp = (SMTP_URL: string) => problems('worker', { SMTP_URL });
  test.each(['password1234567890', 'changeme', '%63hangeme', 'p%C3%A4ss', 'x7Kp2', '%zz', 'abababababababababababab', 'your-secret-goes-here'])('a password like %s is refused, and not quoted', (weak) => {
    for (const url of [`smtps://onetouch:${weak}@mail.company.com`, `smtp://onetouch:${weak}@mail.company.com:587?requireTLS=true`]) {
      const said = smtp(url);
      expect(said).toEqual([expect.stringMatching(/^SMTP_URL has a password that (looks like a placeholder|is shorter|repeats)/)]);
      expect(said[0]).not.toContain(weak);
    }
  });
  test('who signs in has a password, and who does not needs none', () => {
    for (const user of ['onetouch', 'onetouch:']) expect(smtp(`smtps://${user}@mail.company.com`)).toEqual(['SMTP_URL has a user without a password']);
    expect(smtp('smtps://mail.company.com')).toEqual([]);
    // Nodemailer reads both as the URL with "//"; Node finds no password in them.
    for (const url of ['smtps:onetouch:changeme@mail.company.com', 'smtps:/onetouch:changeme@mail.company.com']) expect(smtp(url)).toEqual([expect.stringMatching(/^SMTP_URL names no server/)]);
  });
  test.each(['.env.example', 'README.md', 'src/config.ts'])('the example in %s is refused', (file) => {
    const examples = [...readFileSync(file, 'utf8').matchAll(/smtps:\/\/[^\s'`]*[^\s'`.,]/g)].map(([url]) => url);
    expect(examples).not.toEqual([]);
    for (const url of examples) expect(smtp(url)).toEqual([expect.stringContaining('a password that looks like a placeholder')]);
  });
  test.each([
    'tls.rejectUnauthorized=false', 'tls.rejectUnauthorized=0', 'tls%2ErejectUnauthorized=false', 'tls.checkServerIdentity=', 'tls.minVersion=TLSv1', 'tls.ciphers=NULL', 'tls.servername=else.example',
    'ignoreTLS=true', 'opportunisticTLS=true', 'secure=false', 'secured=true', 'servername=else.example', 'host=else.example', 'service=Gmail', 'proxy=http://else.example', 'REQUIRETLS=true',
    'pool=true', 'logger=true', 'debug=true', 'transactionLog=true', 'url=smtp://else.example', 'jsonTransport=true', 'sendmail=true', 'lmtp=true',
  ])('?%s is refused, by name', (parameter) => {
    const name = decodeURIComponent(parameter.split('=')[0]!);
    for (const url of [`smtps://mail.company.com?${parameter}`, `smtps://mail.company.com/?name=onetouch.company.com&${parameter}`, `smtp://mail.company.com?requireTLS=true&${parameter}&${parameter}`])
      expect(smtp(url)).toEqual([expect.stringContaining(`SMTP_URL has the parameter ${name}, which production does not take`)]);
  });
  test('what is harmless is taken, and the rest of a password that was cut in two is not quoted', () => {
    expect(smtp('smtps://mail.company.com?requireTLS=true&connectionTimeout=5000&greetingTimeout=5000&socketTimeout=5000&name=onetouch.company.com')).toEqual([]);
    const [said] = smtp('smtps://onetouch:12?hunter2@mail.company.com');
    expect(said).toContain('SMTP_URL has a parameter, which');
    expect(said).not.toContain('hunter2');
  });
  test('in development it may be anything', () => {
    expect(problems('worker', { ONETOUCH_ENV: 'development', SMTP_URL: 'smtp://user:password@localhost:1025?tls.rejectUnauthorized=false' })).toEqual([]);
  });
});

describe('the audit', () => {
  test('a gateway without a key that signs it is refused, and hears how to make one', () => {
    for (const AUDIT_KEY of [undefined, '', '  ']) expect(problems('gateway', { AUDIT_KEY })).toEqual([expect.stringMatching(/^AUDIT_KEY is missing: .*openssl genpkey -algorithm ed25519/)]);
    expect(problems('worker', { AUDIT_KEY: undefined })).toEqual([]);
    expect(loadGatewayConfig({ ...GOOD, AUDIT_KEY: undefined, ONETOUCH_ENV: 'development' }).auditKey).toBeNull();
  });
  test('the file to copy, docker compose, the README and the operators are told', () => {
    for (const file of ['.env.example', 'docker-compose.yml', 'README.md', 'docs/operations.md', 'SECURITY.md']) expect(readFileSync(file, 'utf8'), file).toContain('AUDIT_KEY');
  });
});

describe('sign-in', () => {
  test('a static token is refused, however good', () => expect(problems('gateway', { API_TOKEN: secret() })).toEqual([expect.stringMatching(/^API_TOKEN is for development/)]));
  test('there must be one, and it must be for us', () => {
    expect(problems('gateway', { OIDC_ISSUER: undefined })).toEqual([expect.stringMatching(/^OIDC_ISSUER is missing/)]);
    expect(problems('gateway', { OIDC_AUDIENCE: undefined })).toEqual([expect.stringMatching(/^OIDC_AUDIENCE is missing/)]);
  });
  test('the API has a name of its own: what is for the client is no access token, in development too', () => {
    for (const ONETOUCH_ENV of ['production', 'development'])
      expect(problems('gateway', { ONETOUCH_ENV, OIDC_CLI_CLIENT_ID: GOOD.OIDC_AUDIENCE })).toEqual([expect.stringMatching(/^OIDC_AUDIENCE is OIDC_CLI_CLIENT_ID/)]);
    expect(problems('gateway', { OIDC_CLI_CLIENT_ID: 'onetouch-cli' })).toEqual([]);
  });
  test('the Temporal UI is served by https, or browsers may not ask for what is encrypted', () => {
    for (const TEMPORAL_UI_ORIGIN of ['http://temporal.company.com', 'https://temporal.company.com,http://127.0.0.1:8233'])
      expect(problems('gateway', { TEMPORAL_UI_ORIGIN })).toEqual([expect.stringMatching(/^TEMPORAL_UI_ORIGIN is plain HTTP/)]);
    expect(problems('gateway', { TEMPORAL_UI_ORIGIN: 'https://temporal.company.com' })).toEqual([]);
    expect(problems('gateway', { ONETOUCH_ENV: 'development', TEMPORAL_UI_ORIGIN: 'http://127.0.0.1:8233' })).toEqual([]);
  });
  test.each(['HS256', 'none', 'RS256,none', 'ES256,HS512'])('algorithms %s are refused', (OIDC_ALGORITHMS) => {
    expect(problems('gateway', { OIDC_ALGORITHMS })).toEqual([expect.stringMatching(/OIDC_ALGORITHMS/)]);
  });
  test('roles that are none are named', () => {
    expect(problems('gateway', { OIDC_ROLES: 'agent=MS Agents,boss=MS Leads' })).toEqual([expect.stringMatching(/^OIDC_ROLES has "boss=MS Leads"/)]);
    expect([...loadGatewayConfig({ ...GOOD, OIDC_ROLES: 'agent=MS Agents, agent=MS Night, lead=MS Leads' }).oidc!.roleNames]).toEqual([['MS Agents', 'agent'], ['MS Night', 'agent'], ['MS Leads', 'lead']]);
  });
});

test('the sandbox company is let through as development, and is refused as production', async () => {
  const { env, close } = await startCompany({ identity: true });
  await close();
  expect(loadGatewayConfig({ ...env }).oidc).not.toBeNull();
  expect(() => loadWorkerConfig({ ...env })).not.toThrow();
  for (const load of Object.values(LOADERS)) expect(() => load({ ...env, ONETOUCH_ENV: 'production' })).toThrow(/plain HTTP/);
});
