/** Holds an answer of a stand-in against an OpenAPI document. */
import addFormats from 'ajv-formats';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import { expect } from 'vitest';
import type { Answer } from './support.js';

export async function contract(definition: Document) {
  const api = new OpenAPIBackend({
    definition,
    quick: true,
    ajvOpts: { unicodeRegExp: false, strict: false },
    // `datetime` is a slip in Zendesk's document.
    customizeAjv: (ajv) => addFormats.default(ajv).addFormat('datetime', true),
  });
  await api.init();
  /** Fails unless the operation is in the document and the answer is as it says. */
  return (operationId: string, answer: Answer, status: number) => {
    expect(answer.status, `${operationId}: ${JSON.stringify(answer.body)}`).toBe(status);
    const operation = api.getOperation(operationId);
    expect(operation, `${operationId} is in the document`).toBeDefined();
    const { errors } = api.validateResponse(answer.body, operation!, status);
    expect(errors ?? [], `${operationId}: ${JSON.stringify(answer.body)}`).toEqual([]);
  };
}
export type Check = Awaited<ReturnType<typeof contract>>;
