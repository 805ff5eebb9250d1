/** Registers the search attributes that cases use, before the first case starts. */
import type { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType as typeNumber } from '@temporalio/common/lib/search-attributes.js';
import { SEARCH } from '../workflows/search-attributes.js';
import { grpcCode, GRPC } from './errors.js';

/**
 * Adds those that are missing; the same call twice changes nothing. Rejects when one exists with another type.
 * Temporal Cloud has no operator service: there they are added with `tcld` or in its UI.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, number> = {};
  for (const { name, type } of Object.values(SEARCH)) {
    const wanted = typeNumber(type)!;
    const there = customAttributes[name];
    if (there === undefined) missing[name] = wanted;
    else if (there !== wanted)
      throw new Error(
        `Temporal's namespace "${namespace}" has a search attribute ${name} of another type than ${type}. ` +
          'Remove it there, or use a namespace of its own.',
      );
  }
  if (Object.keys(missing).length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  } catch (error) {
    // Two starts at once: the other one was first.
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
  }
}
