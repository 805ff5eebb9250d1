/** The sections of docs/reliability.md that commands write: each between two marks, the rest is left as it is. */
import { readFile, writeFile } from 'node:fs/promises';

/** Puts `text` between the marks of `name`. Rejects when the document has no such section. */
export async function writeSection(file: string, name: string, text: string): Promise<void> {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const document = await readFile(file, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no section "${begin} … ${end}".`);
  await writeFile(file, `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`);
}
