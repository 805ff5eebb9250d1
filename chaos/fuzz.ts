/** Command: `npm run fuzz -- --requests 100000 --forged 10000 [--seed S] [--report FILE]`. Exit code 1 on a finding. */
import { Command, InvalidArgumentError } from 'commander';
import { fuzz, type FuzzReport } from './fuzz/run.js';
import { fuzzSockets, type SocketReport } from './fuzz/sockets.js';
import { anySeed } from './random.js';
import { writeSection } from './report.js';

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number.');
  return Number(text);
};
const options = new Command('npm run fuzz --')
  .description('Sends hostile, forged, stale and repeated webhooks to the gateway, and counts what gets through.')
  .option('--requests <n>', 'hostile bodies, rightly signed', whole, 10_000)
  .option('--forged <n>', 'forged, stale and repeated webhooks', whole, 1_000)
  .option('--connections <n>', 'connections that break off, lie or never end', whole, 1_000)
  .option('--seed <n>', 'makes the same choices again', whole)
  .option('--report <file>', 'writes its section of this document')
  .parse()
  .opts<{ requests: number; forged: number; connections: number; seed?: number; report?: string }>();

const began = Date.now();
const seed = options.seed ?? anySeed();
console.log(`Seed ${seed}: ${options.requests} hostile webhooks, ${options.forged} forged, stale or repeated ones, ${options.connections} broken connections …`);
const result = await fuzz({ ...options, seed });
const sockets = await fuzzSockets({ connections: options.connections, seed });
const seconds = Math.round((Date.now() - began) / 1_000);
console.log(`\n${told(result, sockets)}\nIt took ${seconds} s.`);
for (const finding of [...result.findings, ...sockets.findings]) console.log(`FOUND ${finding}`);
if (options.report) {
  const command = `npm run fuzz -- --requests ${options.requests} --forged ${options.forged} --connections ${options.connections} --seed ${seed}`;
  await writeSection(options.report, 'fuzz', `${told(result, sockets)}\n\nWritten by \`${command} --report ${options.report}\` (${seconds} s).`);
}
process.exitCode = result.found + sockets.findings.length > 0 ? 1 : 0;

function told({ requests, forged, replayed, statuses, kinds, found }: FuzzReport, sockets: SocketReport): string {
  const of = (status: string) => statuses[status] ?? 0;
  const server = Object.entries(statuses).reduce((sum, [status, n]) => (Number(status) >= 500 ? sum + n : sum), 0);
  return [
    '| | |',
    '|---|---|',
    `| hostile bodies, rightly signed | ${requests} |`,
    `| forged, stale or from the future | ${forged} |`,
    `| genuine ones sent again | ${replayed} |`,
    `| kinds | ${Object.keys(kinds).length} |`,
    `| answered 202, 400, 401, 413, 429 | ${of('202')}, ${of('400')}, ${of('401')}, ${of('413')}, ${of('429')} |`,
    `| answered 5xx | ${server} |`,
    `| connections that break off, lie or never end | ${sockets.connections} |`,
    `| found on them: 5xx answered or logged, effects, left open | ${sockets.findings.length} |`,
    `| effects of what was refused or repeated, forged or stale ones taken, wrong answers | ${found} |`,
  ].join('\n');
}
