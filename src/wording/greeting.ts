/** How we address a member, and how we sign. */
import { oneLine } from './clean.js';

// Anybody can open a ticket in somebody else's name and address. A "name" that is an address, a link or markup
// would make our mail carry a stranger's message, so only what reads like a name is repeated.
const NAME = /^\p{L}[\p{L}\p{M}'’ ,&-]*(\.(?= |$)[\p{L}\p{M}'’ ,&-]*)*$/u;
const LONGEST = 60;

/** The name where it reads like one; empty where it does not. */
export function readableName(name: string): string {
  const line = oneLine(name);
  return line.length <= LONGEST && NAME.test(line) ? line : '';
}

/** "Hello Ada," or, where the name does not read like one, "Hello,". */
export function hello(name: string): string {
  const line = readableName(name);
  return line ? `Hello ${line.replace(/\.$/, '')},` : 'Hello,';
}

export const SIGNED = 'Your Member Services team';
