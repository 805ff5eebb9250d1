/** The sections of docs/reliability.md that commands write: each between two marks, the rest is left as it is. */
import { readFile, writeFile } from 'node:fs/promises';

/** Puts `text` between the marks of `name`; a section that the document does not have is put at its end. Rejects where there is no such file. */
export async function writeSection(file: string, name: string, text: string): Promise<void> {
  await writeFile(file, withSection(await readFile(file, 'utf8'), name, text));
}

/** The document with this text between the marks of the section; one that it does not have is put at its end. */
export function withSection(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const section = `${begin}\n\n${text}\n\n${end}`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  return from < 0 || to < from ? `${document.trimEnd()}\n\n${section}\n` : document.slice(0, from) + section + document.slice(to + end.length);
}
