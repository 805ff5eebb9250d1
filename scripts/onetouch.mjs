#!/usr/bin/env node
// The CLI: what `npm run build` compiled, else the source through tsx.
import { existsSync } from 'node:fs';

// `npx onetouch cases | head` closes the pipe early; that is no error.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const compiled = new URL('../dist/client/cli.js', import.meta.url);
const source = new URL('../src/client/cli.ts', import.meta.url);
const built = existsSync(compiled);
if (!built) (await import('tsx/esm/api')).register();
const { main } = await import((built ? compiled : source).href);
process.exitCode = await main(process.argv.slice(2));
