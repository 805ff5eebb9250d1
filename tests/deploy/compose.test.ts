import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { READ_BY } from '../../src/config.js';
import { needs, PUBLISHED } from '../contracts/published.js';

interface Service {
  image?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | null>;
  env_file?: unknown;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  restart?: string;
  volumes?: string[];
}

/** Temporal's own, which its client reads by itself. */
const TEMPORALS = ['ADDRESS', 'NAMESPACE', 'API_KEY', 'TLS', 'TLS_CLIENT_CERT_PATH', 'TLS_CLIENT_KEY_PATH', 'TLS_SERVER_CA_CERT_PATH', 'TLS_SERVER_NAME', 'CONFIG_FILE', 'PROFILE'].map((name) => `TEMPORAL_${name}`);
const read = (path: string) => readFileSync(path, 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  test('is valid by the compose specification', (t) => {
    needs('compose', t);
    // Its $schema is written with https, by which ajv does not know draft 7; its formats are docker's own.
    const { $schema: _, ...schema } = JSON.parse(read(PUBLISHED.compose)) as Record<string, unknown>;
    const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
    const valid = ajv.compile(schema);
    expect(valid(compose), JSON.stringify(valid.errors, null, 1)).toBe(true);
    // And the schema is one that can say no.
    expect(valid({ services: { a: { image: 1, comand: 'x' } } })).toBe(false);
  });

  test.each(services)('%s waits only for what it can wait for', (_, { depends_on = {} }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      const other = compose.services[name];
      expect(other, `${name} does not exist`).toBeDefined();
      if (condition === 'service_healthy') expect(other!.healthcheck, `${name} has no healthcheck`).toBeDefined();
      // One that is started again whenever it ends never completes.
      if (condition === 'service_completed_successfully') expect(other!.restart).toMatch(/^on-failure/);
    }
  });

  test.each(services)('%s restarts, and its image has a version', (_, { restart, image }) => {
    expect(restart).toMatch(/^(unless-stopped|on-failure:\d+)$/);
    if (image !== 'onetouch') expect(image).toMatch(/:v?\d/);
  });

  test('no secret has a default', () => {
    const text = read('docker-compose.yml');
    for (const [, name, rest] of text.matchAll(/\$\{([A-Z_]*(?:PASSWORD|SECRET|TOKEN|KEY)[A-Z_]*)([^}]*)\}/g)) {
      expect(rest, name).toMatch(/^:\?\w/);
    }
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (value !== null && /PASSWORD|PWD|SECRET|TOKEN|KEY/.test(name)) expect(value, name).toMatch(/^\$\{\w+:\?/);
      }
    }
  });

  const given = (service: string) => Object.keys(compose.services[service]!.environment!);
  test.each(['worker', 'gateway'] as const)('the %s gets what it reads, and nothing else', (service) => {
    expect(given(service).sort()).toEqual([...READ_BY[service], 'NODE_EXTRA_CA_CERTS', ...TEMPORALS].sort());
    expect(compose.services[service]!.env_file).toBeUndefined();
    // From .env: whatever stands here would go before it.
    for (const [name, value] of Object.entries(compose.services[service]!.environment!)) if (!['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'HOST', 'PORT'].includes(name)) expect(value, name).toBeNull();
  });

  test('who knows which key is as SECURITY.md says', () => {
    const rows = [...read('SECURITY.md').matchAll(/^\| (`[A-Z].*?) \| (.*?) \|/gm)];
    const named = rows.flatMap(([, keys, who]) => [...keys!.matchAll(/`(\w+)`/g)].map(([, key]) => [key!, who!] as const));
    expect(named.length).toBeGreaterThan(7);
    for (const [key, who] of named) for (const service of ['worker', 'gateway']) expect(given(service).includes(key), `${key}, ${service}`).toBe(who.includes(service));
    const secrets = [...new Set([...given('worker'), ...given('gateway')])].filter((name) => /SECRET|_KEYS?$|^(ADMIN|JIRA_API|API)_TOKEN$|^SMTP_URL$/.test(name));
    expect(secrets.sort()).toEqual(named.map(([key]) => key).sort());
  });

  test.each(services)('%s runs and mounts files that exist', (_, { command = [], entrypoint = [], volumes = [] }) => {
    const inRepository = (path: string) =>
      path.replace(/^\/deploy\//, 'deploy/').replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
    for (const path of [...command, ...entrypoint].filter((word) => /^(\/deploy|dist)\//.test(word))) {
      expect(existsSync(inRepository(path)), path).toBe(true);
    }
    for (const volume of volumes.filter((v) => v.startsWith('./'))) {
      expect(existsSync(volume.split(':')[0]!), volume).toBe(true);
    }
  });

  test('the dynamic configuration that the server is given exists', () => {
    const path = compose.services.temporal!.environment!.DYNAMIC_CONFIG_FILE_PATH!;
    expect(parse(read(path.replace(/^\//, '')))).toBeTypeOf('object');
  });
});

describe('Dockerfile', () => {
  let lines: string[];
  beforeAll(() => {
    lines = read('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  });

  test('copies what exists and what .dockerignore lets through', () => {
    const letThrough = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(sources).not.toEqual([]);
    for (const path of sources) {
      expect(existsSync(path), path).toBe(true);
      expect(letThrough, path).toContain(path.split('/')[0]);
    }
  });

  test('builds by a script of package.json and does not run as root', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = lines.flatMap((line) => [...line.matchAll(/npm run ([\w:-]+)/g)].map((m) => m[1]!));
    expect(named).toContain('build');
    for (const name of named) expect(scripts, name).toHaveProperty(name);
    for (const [, path] of Object.values(scripts).join(' ').matchAll(/(scripts\/[\w/.-]+)/g)) {
      expect(existsSync(path!), path).toBe(true);
    }
    expect(lines.findLast((line) => line.startsWith('USER'))).toBe('USER node');
  });
});
