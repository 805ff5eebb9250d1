/** Holds a request against a published OpenAPI document. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import addFormats from 'ajv-formats';
import { OpenAPIBackend, type Document, type Request } from 'openapi-backend';
import { PUBLISHED } from './published.js';

const DOCUMENTS = { ...PUBLISHED, admin: path.resolve(import.meta.dirname, '../../docs/admin-api.yaml') } as const;

export type Contract = (request: Request) => string;

/** What a request is by the document: its operation's id, or what is wrong with it. */
export async function contract(document: Exclude<keyof typeof DOCUMENTS, 'compose'>): Promise<Contract> {
  const api = new OpenAPIBackend({
    definition: document === 'jira' ? withoutTheReadOnly(DOCUMENTS.jira) : DOCUMENTS[document],
    quick: true,
    ajvOpts: { strict: false },
    customizeAjv: (ajv) => addFormats.default(ajv),
  });
  await api.init();
  return (request) => {
    const operation = api.matchOperation(request);
    if (!operation?.operationId) return `no such operation: ${request.method} ${request.path}`;
    // Zendesk's document asks for `user_id` in paths that have no place for it (ListGroups): no client can send that.
    const impossible = (e: { instancePath: string; params: Record<string, unknown> }) =>
      e.instancePath === '/path' && 'missingProperty' in e.params && !operation.path.includes(`{${String(e.params['missingProperty'])}}`);
    const errors = api.validateRequest(request, operation).errors?.filter((e) => !impossible(e));
    return errors?.length ? `${operation.operationId}: ${JSON.stringify(errors)}` : operation.operationId;
  };
}

/** A linked issue's fields are read-only, and refer to each other in a way that no request can be checked by. */
function withoutTheReadOnly(file: string): Document {
  const definition = JSON.parse(readFileSync(file, 'utf8')) as Document & { components: { schemas: { LinkedIssue: { properties: { fields?: unknown } } } } };
  delete definition.components.schemas.LinkedIssue.properties.fields;
  return definition;
}
