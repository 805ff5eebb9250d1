import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadGatewayConfig, loadWorkerConfig, VARIABLES } from '../../src/config.js';

const read = (path: string) => readFileSync(path, 'utf8');
const textOf = (folder: string, ending: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => read(join(folder, path)))
    .join('\n');

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
  const ofTheSystem = ['HOME', 'PATH', 'XDG_CACHE_HOME', 'NO_COLOR'];
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

test('the values that .env.example shows are the defaults', () => {
  const required = {
    PAYLOAD_KEYS: `a:${Buffer.from([...Array(32).keys()]).toString('base64')}`,
    HELPDESK_URL: 'https://company.zendesk.com',
    HELPDESK_CLIENT_ID: 'a',
    HELPDESK_CLIENT_SECRET: 'a',
    HELPDESK_WEBHOOK_SECRET: 'a',
    JIRA_URL: 'https://company.atlassian.net',
    JIRA_EMAIL: 'a@example.com',
    JIRA_API_TOKEN: 'a',
    JIRA_WEBHOOK_SECRET: 'a',
    JIRA_PROJECT_PRODOPS: 'OPS',
    JIRA_PROJECT_INFRA: 'INF',
    ADMIN_URL: 'https://admin.example.com',
    ADMIN_TOKEN: 'a',
    SMTP_URL: 'smtp://mail.example.com',
    MAIL_FROM: 'a@example.com',
    MAIL_REPLY_TO: 'a@example.com',
    API_TOKEN: 'a',
  };
  const shown = { ...Object.fromEntries(example), ...required };
  expect(loadWorkerConfig(shown)).toEqual(loadWorkerConfig(required));
  expect(loadGatewayConfig(shown)).toEqual(loadGatewayConfig(required));
});
