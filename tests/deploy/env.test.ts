import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, loadGatewayConfig, loadWorkerConfig, VARIABLES } from '../../src/config.js';

const read = (path: string) => readFileSync(path, 'utf8');
const textOf = (folder: string, ending: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => read(join(folder, path)))
    .join('\n');

const RANDOM = 'kB6ZJ0o2Wv1l8Q3mY7tR5xN4cF9hD0sA6uE2pG8iTqM=';
const example = [...read('.env.example').matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
  ([, name, value]) => [name!, value!] as const,
);
const documented = example.map(([name]) => name);
const code = textOf('src', /\.tsx?$/) + textOf('scripts', /\.(mjs|ts)$/);

test('.env.example documents each variable that the configuration reads, once', () => {
  expect(new Set(documented).size).toBe(documented.length);
  expect(documented).toEqual(expect.arrayContaining(VARIABLES));
});

test('.env.example documents each variable that other code reads', () => {
  // The last is set by a run of the tests, for its own workers.
  const ofTheSystem = ['CI', 'HOME', 'PATH', 'XDG_CACHE_HOME', 'NO_COLOR', 'TEST_WORKFLOW_BUNDLE'];
  const readElsewhere = [...code.matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name!);
  expect(readElsewhere).toEqual(expect.arrayContaining(['ONETOUCH_CACHE', 'API_TOKEN']));
  for (const name of readElsewhere) if (!ofTheSystem.includes(name)) expect(documented).toContain(name);
});

test('what .env.example documents is read somewhere', () => {
  const envconfig = dirname(createRequire(import.meta.url).resolve('@temporalio/envconfig'));
  const readers = code + read('docker-compose.yml') + textOf(envconfig, /\.js$/);
  for (const name of documented) {
    if (!VARIABLES.includes(name)) expect(readers, name).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

const required = {
  HELPDESK_URL: 'https://company.zendesk.com',
  GRANT_KEYS: `k1:${RANDOM}`,
  PAYLOAD_KEYS: `a:${randomBytes(32).toString('base64')}`,
  OIDC_ISSUER: 'https://sign-in.example.com',
  OIDC_AUDIENCE: 'https://onetouch.example.com',
  HELPDESK_CLIENT_ID: 'a',
  HELPDESK_CLIENT_SECRET: RANDOM,
  HELPDESK_WEBHOOK_SECRET: RANDOM,
  JIRA_URL: 'https://company.atlassian.net',
  JIRA_EMAIL: 'a@example.com',
  JIRA_API_TOKEN: RANDOM,
  JIRA_WEBHOOK_SECRET: RANDOM,
  AUDIT_KEY: generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  JIRA_PROJECT_PRODOPS: 'OPS',
  JIRA_PROJECT_INFRA: 'INF',
  ADMIN_URL: 'https://admin.example.com',
  ADMIN_TOKEN: RANDOM,
  SMTP_URL: 'smtps://mail.example.com',
  MAIL_FROM: 'a@example.com',
  MAIL_REPLY_TO: 'a@example.com',
};

test('the values that .env.example shows are the defaults', () => {
  const shown = { ...Object.fromEntries(example), ...required };
  expect(loadWorkerConfig(shown)).toEqual(loadWorkerConfig(required));
  expect(loadGatewayConfig(shown)).toEqual(loadGatewayConfig(required));
});

test('what makes a problem system-wide is counted in groups and hours, and who is told is an address', () => {
  const { problem } = loadWorkerConfig({ ...required, PROBLEM_GROUPS: '3', PROBLEM_WINDOW_HOURS: '0.5', OPS_EMAIL: ' ops@example.com ' });
  expect(problem).toEqual({ groups: 3, windowMs: 1_800_000, quietMs: 72 * 3_600_000, opsEmail: 'ops@example.com' });
  expect(loadWorkerConfig(required).problem).toMatchObject({ groups: 2, opsEmail: null });
});

test.each([
  ['PROBLEM_GROUPS', '1', 'a whole number, 2 or more'],
  ['PROBLEM_GROUPS', 'two', 'a whole number, 2 or more'],
  ['PROBLEM_GROUPS', '2.5', 'a whole number, 2 or more'],
  ['PROBLEM_WINDOW_HOURS', '0', 'more than 0 hours'],
  ['PROBLEM_QUIET_HOURS', 'long', 'not a number of hours'],
  ['OPS_EMAIL', 'ops', 'not an e-mail address'],
])('%s=%s is named with what it is for', (name, value, why) => {
  const load = () => loadWorkerConfig({ ...required, [name]: value });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(new RegExp(`${name} .*${why}`));
});
