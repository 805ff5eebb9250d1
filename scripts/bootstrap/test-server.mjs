import { access, chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, executable, installFolder, onPath } from './cache.mjs';
import { withLock } from './lock.mjs';
import { BootstrapError, lastLines } from './report.mjs';
import { run } from './run.mjs';
import { vendorDownload } from './vendor.mjs';

/** The same as in test-server.pom.xml. */
const VERSION = '1.38.0';
const NAME = 'temporal-test-server';
const POM = join(dirname(fileURLToPath(import.meta.url)), 'test-server.pom.xml');

/** `exec`, so that whoever ends the script ends Java with it. */
const WRAPPER = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * The time-skipping test server. Looked for in this order: `TEMPORAL_TEST_SERVER`, the cache, the vendor's
 * download, Maven. Throws `BootstrapError` with what to install.
 *
 * @param {{log: (line: string) => void}} options
 * @returns {Promise<string>} the path of an executable that takes a port
 */
export async function testServerBinary({ log }) {
  const given = process.env.TEMPORAL_TEST_SERVER;
  if (given) {
    if (await executable(given)) return given;
    throw new BootstrapError(`TEMPORAL_TEST_SERVER names ${given}, which is not there or cannot be executed.`);
  }

  const folder = join(cacheDir(), `${NAME}-${VERSION}`);
  const cached = join(folder, NAME);
  if (await usable(folder)) return cached;
  return withLock(`${folder}.lock`, 'getting the time-skipping test server', log, async () => {
    if (await usable(folder)) return cached;
    for (const get of [download, copyFromMaven]) {
      if (await installFolder(folder, (partial) => get(partial, log))) return cached;
    }
    throw new BootstrapError(
      [
        'The time-skipping test server was not found and could not be made. Do one of these, then try again:',
        '  install Java 17 and Maven, with which it is put together from Maven Central;',
        `  or set TEMPORAL_TEST_SERVER to a ${NAME} of your own`,
        '  (https://github.com/temporalio/sdk-java/releases).',
      ].join('\n'),
    );
  });
}

/** Jars are of use only where there is a Java; the vendor's own file needs none. */
async function usable(folder) {
  const jars = await access(join(folder, 'lib', `${NAME}-${VERSION}.jar`)).then(
    () => true,
    () => false,
  );
  if (jars && !(await javaRuns())) return false;
  if (jars && !(await executable(join(folder, NAME)))) await writeWrapper(folder);
  return executable(join(folder, NAME));
}

const javaRuns = async () => (await run('java', ['-version'])).ok;

async function writeWrapper(folder) {
  await writeFile(join(folder, NAME), WRAPPER);
  await chmod(join(folder, NAME), 0o755);
}

const download = (folder, log) =>
  vendorDownload({ kind: 'time-skipping', version: `v${VERSION}`, folder, name: NAME, log });

async function copyFromMaven(folder, log) {
  if (!(await javaRuns()) || !(await onPath('mvn'))) {
    log('Java or Maven is not installed, so the test server cannot be put together from Maven Central.');
    return false;
  }
  log(`getting the time-skipping test server ${VERSION} from Maven Central …`);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`];
  const copied = await run('mvn', ['-q', '-B', '-f', POM, ...goal], {
    still: (seconds) => log(`still getting the test server, ${seconds} s …`),
  });
  if (!copied.ok) {
    log(`Maven failed:\n${lastLines(copied.output)}`);
    return false;
  }
  await writeWrapper(folder);
  log(`got the test server in ${copied.seconds} s; kept in ${cacheDir()}.`);
  return true;
}
