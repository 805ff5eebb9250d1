/** Loaded into a process with `--import`: says at its end how much memory it held at most, in bytes. */
import { writeSync } from 'node:fs';

process.once('exit', () => writeSync(2, `peak memory ${process.resourceUsage().maxRSS * 1024}\n`));
