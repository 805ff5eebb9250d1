import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// Plain JavaScript without types: it runs before anything is installed.
const script = async (name: string) =>
  (await import(/* @vite-ignore */ pathToFileURL(resolve('scripts/bootstrap', name)).href)) as Record<string, any>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onetouch-bootstrap-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
};

/** Runs Node to its end. The PATH has only what the test put into its folder. */
async function node(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { env: { PATH: folder, HOME: folder, ...env } });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

describe('the dependencies', () => {
  const write = (path: string, packages: object) => writeFileSync(join(folder, path), JSON.stringify({ packages }));
  const wanted = {
    '': { name: 'a project' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['nowhere'] },
  };
  beforeEach(() => {
    mkdirSync(join(folder, 'node_modules'));
    write('package-lock.json', wanted);
  });
  const current = async () => (await script('dependencies.mjs')).dependenciesAreCurrent(folder) as Promise<boolean>;

  test('are current when npm finished an install of this lock', async () => {
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    expect(await current()).toBe(true);
  });
  test('are not when there is no finished install', async () => {
    expect(await current()).toBe(false);
  });
  test('are not when the lock names another version', async () => {
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } });
    expect(await current()).toBe(false);
  });
  test('are not when one is missing, or one is left over', async () => {
    write('node_modules/.package-lock.json', {});
    expect(await current()).toBe(false);
    const more = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } };
    write('node_modules/.package-lock.json', more);
    expect(await current()).toBe(false);
  });

  test('an old Node is told which one is needed', async () => {
    const { checkNode } = await script('dependencies.mjs');
    expect(() => checkNode('18.20.4')).toThrow('20.11');
    expect(() => checkNode('20.10.0')).toThrow('20.11');
    expect(() => checkNode('20.11.0')).not.toThrow();
    expect(() => checkNode('24.0.0')).not.toThrow();
  });

  const install = `
    import { installDependencies } from ${JSON.stringify(resolve('scripts/bootstrap/dependencies.mjs'))};
    import { log, main } from ${JSON.stringify(resolve('scripts/bootstrap/report.mjs'))};
    await main(async () => { await installDependencies({ root: process.env.HOME, log }); return 0; });`;
  test('a missing npm and a registry that cannot be reached are told apart', async () => {
    const missing = await node(['--input-type=module', '-e', install]);
    expect(missing).toMatchObject({ code: 1, said: expect.stringContaining('npm was not found') });

    program('npm', '#!/bin/sh\necho "npm error code ENOTFOUND" >&2\nexit 1\n');
    const away = await node(['--input-type=module', '-e', install]);
    expect(away).toMatchObject({ code: 1, said: expect.stringContaining('registry could not be reached') });
  });
});

describe('a lock', () => {
  test('lets one in at a time', async () => {
    const { withLock } = await script('lock.mjs');
    const told: string[] = [];
    const lock = join(folder, 'a.lock');
    // Another process, alive: this test's own parent.
    writeFileSync(lock, String(process.ppid));
    const waiting = withLock(lock, 'at work', (line: string) => {
      told.push(line);
      rmSync(lock);
    }, async () => 'in');
    expect(await waiting).toBe('in');
    expect(told).toEqual([expect.stringContaining(`process ${process.ppid} is at work`)]);
    expect(existsSync(lock)).toBe(false);
  });

  test('of a process that is gone is taken over', async () => {
    const { withLock } = await script('lock.mjs');
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const lock = join(folder, 'a.lock');
    writeFileSync(lock, String(gone.pid));
    const owner = await withLock(lock, 'at work', expect.unreachable, async () => readFileSync(lock, 'utf8'));
    expect(owner).toBe(String(process.pid));
  });
});

const CLI = '#!/bin/sh\necho "temporal version 1.5.1"\n';

describe('the Temporal server', () => {
  const find = `
    import { temporalBinary } from ${JSON.stringify(resolve('scripts/bootstrap/temporal.mjs'))};
    import { log, main } from ${JSON.stringify(resolve('scripts/bootstrap/report.mjs'))};
    await main(async () => { console.log('found ' + await temporalBinary({ log })); return 0; });`;
  const nothing = () => ({ ONETOUCH_CACHE: join(folder, 'cache'), ONETOUCH_NO_DOWNLOAD: '1' });
  const found = (env: Record<string, string> = {}) =>
    node(['--input-type=module', '-e', find], { ...nothing(), ...env });
  test('is the one that TEMPORAL_CLI names, before the one on the PATH', async () => {
    program('temporal', CLI);
    const given = program('mine', CLI);
    expect(await found({ TEMPORAL_CLI: given })).toMatchObject({ code: 0, said: `found ${given}\n` });
    expect(await found()).toMatchObject({ code: 0, said: `found ${join(folder, 'temporal')}\n` });
  });

  test('that TEMPORAL_CLI names wrongly is said, and no other is taken', async () => {
    program('temporal', CLI);
    const absent = await found({ TEMPORAL_CLI: join(folder, 'absent') });
    expect(absent).toMatchObject({ code: 1, said: expect.stringMatching(/TEMPORAL_CLI names .*absent/) });
    const other = await found({ TEMPORAL_CLI: program('other', '#!/bin/sh\necho "something else"\n') });
    expect(other).toMatchObject({ code: 1, said: expect.stringContaining('does not answer') });
  });

  test('is taken from the cache', async () => {
    const cache = join(folder, 'cache', 'temporal-cli-1.5.1');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'temporal'), CLI, { mode: 0o755 });
    expect(await found()).toMatchObject({ code: 0, said: `found ${join(cache, 'temporal')}\n` });
  });

  test('is built with Go, and a build that fails leaves nothing', async () => {
    program('go', '#!/bin/sh\necho "no such module" >&2\nexit 1\n');
    const failed = await found();
    expect(failed).toMatchObject({ code: 1, said: expect.stringContaining('no such module') });
    expect(existsSync(join(folder, 'cache', 'temporal-cli-1.5.1'))).toBe(false);

    program('made', CLI);
    program('go', '#!/bin/sh\n/bin/cp "$HOME/made" "$GOBIN/temporal"\n');
    const built = await found();
    expect(built.code).toBe(0);
    expect(built.said).toContain(`found ${join(folder, 'cache', 'temporal-cli-1.5.1', 'temporal')}`);
  });

  test('that cannot be had at all is said with what to install', async () => {
    const none = await found();
    expect(none.code).toBe(1);
    for (const way of ['Temporal CLI', 'TEMPORAL_CLI', 'Go']) expect(none.said).toContain(way);
  });
});

describe('Toxiproxy', () => {
  const find = `
    import { toxiproxyBinary } from ${JSON.stringify(resolve('scripts/bootstrap/toxiproxy.mjs'))};
    import { log, main } from ${JSON.stringify(resolve('scripts/bootstrap/report.mjs'))};
    await main(async () => { console.log('found ' + await toxiproxyBinary({ log })); return 0; });`;
  const found = (env: Record<string, string> = {}) => node(['--input-type=module', '-e', find], { ONETOUCH_CACHE: join(folder, 'cache'), ...env });

  test('is the one that is named, or on the PATH; one that is named and not there is said', async () => {
    const given = program('mine', CLI);
    const installed = program('toxiproxy-server', CLI);
    expect(await found({ TOXIPROXY_SERVER: given })).toMatchObject({ code: 0, said: `found ${given}\n` });
    expect(await found()).toMatchObject({ code: 0, said: `found ${installed}\n` });
    expect(await found({ TOXIPROXY_SERVER: join(folder, 'absent') })).toMatchObject({ code: 1, said: expect.stringMatching(/TOXIPROXY_SERVER names .*absent/) });
  });

  test('is built with Go, which names it after its folder; without Go there is none, and that is said', async () => {
    const none = await found();
    expect(none).toMatchObject({ code: 0, said: expect.stringMatching(/Go is not installed[^]*found null/) });
    program('made', CLI);
    program('go', '#!/bin/sh\n/bin/cp "$HOME/made" "$GOBIN/server"\n');
    const at = join(folder, 'cache', 'toxiproxy-2.12.0', 'toxiproxy-server');
    expect((await found()).said).toContain(`found ${at}`);
    expect(existsSync(at)).toBe(true);
  });
});

describe('the program in the foreground', () => {
  const run = `
    import { foreground } from ${JSON.stringify(resolve('scripts/bootstrap/foreground.mjs'))};
    process.exitCode = await foreground(process.execPath, ['-e', process.env.BODY], process.env, 3_600_000);`;
  const foreground = (body: string) =>
    spawn(process.execPath, ['--input-type=module', '-e', run], { env: { ...process.env, BODY: body } });

  test('gives its exit code', async () => {
    expect(await once(foreground('process.exit(7)'), 'exit')).toEqual([7, null]);
    expect(await once(foreground("process.kill(process.pid, 'SIGKILL')"), 'exit')).toEqual([137, null]);
  });

  test('is sent a signal once, however often it comes, and leaves no process', async () => {
    const child = foreground(`
      const { spawn } = require('node:child_process');
      const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      let heard = 0;
      process.on('SIGINT', () => { heard += 1; console.log('int', heard); });
      process.on('SIGTERM', () => { console.log('heard', heard); process.exit(0); });
      console.log('left', left.pid);`);
    let said = '';
    const line = async (pattern: RegExp) => {
      while (!pattern.test(said)) said += String((await once(child.stdout, 'data'))[0]);
      return pattern.exec(said)![1]!;
    };
    const left = Number(await line(/left (\d+)/));
    expect(() => process.kill(left, 0)).not.toThrow();
    child.kill('SIGINT');
    await line(/int (1)/);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await line(/heard (\d+)/)).toBe('1');
    await once(child, 'exit');
    await expect.poll(() => isThere(left)).toBe(false);
  });
});

describe('what is got side by side', () => {
  const body = `
    import { BootstrapError, main } from ${JSON.stringify(resolve('scripts/bootstrap/report.mjs'))};
    import { run } from ${JSON.stringify(resolve('scripts/bootstrap/run.mjs'))};
    const got = () => run(process.execPath, ['-e', 'console.error("got", process.pid, "end"); setInterval(() => {}, 1000)'], { echo: true });
    const missing = new Promise((_, fail) => process.once('SIGUSR2', () => fail(new BootstrapError('Java is not installed'))));
    await main(() => Promise.all([got(), got(), missing]));`;

  test.each<[string, NodeJS.Signals, number]>([
    ['one of them cannot be had, which is said at once', 'SIGUSR2', 1],
    ['it is interrupted', 'SIGINT', 130],
    ['it is ended', 'SIGTERM', 143],
  ])('is ended when %s', async (_, signal, code) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', body]);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    const pids = () => [...said.matchAll(/got (\d+) end/g)].map(([, pid]) => Number(pid));
    await expect.poll(() => pids().length).toBe(2);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([code, null]);
    if (signal === 'SIGUSR2') expect(said).toContain('onetouch: Java is not installed\n');
    for (const pid of pids()) await expect.poll(() => isThere(pid)).toBe(false);
  });
});

/** A process that has ended and was not asked for is there no more. */
const isThere = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
