/** What can go wrong before the program starts, told so that the reader knows what to do about it. */
export class BootstrapError extends Error {
  name = 'BootstrapError';
}

/** One line on stderr, so that stdout stays the program's own. */
export const log = (line) => process.stderr.write(`onetouch: ${line}\n`);

/** The part of a failed command's output that is worth repeating: its last lines. */
export const lastLines = (output, count = 8) => output.trim().split('\n').slice(-count).join('\n');

/** Runs a script's body; a `BootstrapError` ends it at once with its sentence alone, anything else with its stack. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    log(error.message);
    // What else is still being got is ended.
    process.exit(1);
  }
}
