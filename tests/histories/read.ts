/** The recorded histories, and what stands in one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import protos from '@temporalio/proto';
import type { Consultation } from '../../src/activities/index.js';

const { History } = protos.temporal.api.history.v1;

/** Where they are: another folder where `ONETOUCH_RECORDED` names one. */
const FOLDER = process.env['ONETOUCH_RECORDED'] ?? fileURLToPath(new URL('./recorded', import.meta.url));

export interface Recorded {
  file: string;
  history: protos.temporal.api.history.v1.History;
  workflowId: string;
  workflowType: string;
}

export const FILES: readonly string[] = readdirSync(FOLDER).filter((f) => f.endsWith('.pb.gz'));

export function read(file: string): Recorded {
  const history = History.decode(gunzipSync(readFileSync(join(FOLDER, file))));
  const { workflowId, workflowType } = startOf(history);
  return { file, history, workflowId: workflowId!, workflowType: workflowType!.name! };
}

const startOf = (history: Recorded['history']) => history.events[0]!.workflowExecutionStartedEventAttributes!;

/** The types of the activities that were scheduled, in their order. */
export const activitiesIn = ({ history }: Recorded): string[] => history.events.flatMap((e) => e.activityTaskScheduledEventAttributes?.activityType?.name ?? []);

/** The rows of the protocol that the consultations ruled by, in their order. */
export function rowsIn({ history }: Recorded): string[] {
  const consulted = new Set(history.events.filter((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'consult').map((e) => String(e.eventId)));
  return history.events.flatMap(({ activityTaskCompletedEventAttributes: completed }) => {
    if (!completed || !consulted.has(String(completed.scheduledEventId))) return [];
    return (JSON.parse(Buffer.from(completed.result!.payloads![0]!.data!).toString()) as Consultation).ruling.row;
  });
}

/** Did the run end by being continued as new? */
export const goesOn = ({ history }: Recorded): boolean => history.events.at(-1)!.workflowExecutionContinuedAsNewEventAttributes != null;
/** Is it the continuation of another run? */
export const isContinued = ({ history }: Recorded): boolean => Boolean(startOf(history).continuedExecutionRunId);
