/** Writes the documents that come from the policy: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { renderProtocols } from '../src/policy/document.js';
import { factsJsonSchema } from '../src/policy/facts-schema.js';

const documents = {
  'protocols.md': renderProtocols(),
  'facts.schema.json': `${JSON.stringify(factsJsonSchema(), null, 2)}\n`,
};
for (const [name, text] of Object.entries(documents)) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
  console.log(`wrote docs/${name}`);
}
