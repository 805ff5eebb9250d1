/** Each ticket of a run stands by itself: its own member, employer group and problem. Only so is it judged by itself. */
import { problemId, signatureOf } from '../src/policy/signature.js';
import type { Sample } from '../src/sandbox/sample.js';
import { SAMPLES } from '../src/sandbox/samples.js';

/** All but those that are about several tickets at once. */
export const SINGLE: readonly Sample[] = SAMPLES.filter(({ expects }) => expects.problem === undefined);

/** The sample as the nth ticket of a run has it. */
export function own(sample: Sample, nth: number): Sample {
  const { ticket, member, writesFrom, group, steps } = sample;
  const id = `${member.id}-${nth}`;
  const at = (address: string) => address.replace('@', `.${nth}@`);
  return {
    ...sample,
    member: { ...member, id, email: at(member.email) },
    ticket: {
      ...ticket,
      ...(group && { employerGroup: `${group.id}-${nth}` }),
      // No address, in which the number would be left out: no other ticket is the same problem.
      ...(problemOf(sample) && { report: { ...ticket.report, pageOrFeature: `${ticket.report?.pageOrFeature ?? 'Page'} ${nth}` } }),
    },
    ...(writesFrom && { writesFrom: at(writesFrom) }),
    ...(group && { group: { ...group, id: `${group.id}-${nth}` } }),
    // What the member provides later names them by their own number.
    ...(steps && { steps: JSON.parse(JSON.stringify(steps).replaceAll(`"${member.id}"`, `"${id}"`)) as NonNullable<Sample['steps']> }),
  };
}

/** The id of the problem that its ticket belongs to; null where it has an issue of its own, or none. */
export function problemOf({ ticket, expects }: Sample): string | null {
  const signature = expects.row === 'technical-error' ? signatureOf(ticket.errorKind, ticket.report ?? {}) : null;
  return signature && problemId(signature);
}
