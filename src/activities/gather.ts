/** Gather: reads the facts that the ticket's inquiry rests on, each with its source and time. */
import { INQUIRIES, ERROR_KINDS, type Facts, type FactSource, type FactValues, type FactName } from '../domain/facts.js';
import type { Ticket } from '../domain/ticket.js';
import type { AdminPort, IncentiveProgram, Member } from './ports.js';

/**
 * What is known about the ticket now. A system's word goes before a person's; a person's fills what no system
 * knows, and may call dates unclear that HGP merely holds. Nothing is guessed: what nobody knows is absent.
 */
export async function gather(ticket: Ticket, provided: Facts, admin: AdminPort, now: string): Promise<Facts> {
  const facts: Facts = { ...provided };
  // undefined is not known; null is a value where the fact has one (not in compliance, a requirement is FALSE).
  const learn: Learn = (name, value, source) => {
    if (value !== undefined) Object.assign(facts, { [name]: { value, source, readAt: now } });
  };

  // The ticket's field rules; one that is empty, or names nothing the protocol knows, leaves room for an agent's word.
  const inquiry = INQUIRIES.find((i) => i === ticket.inquiry);
  if (inquiry) facts.inquiry = { value: inquiry, source: 'ticket', readAt: now };
  const errorKind = ERROR_KINDS.find((k) => k === ticket.errorKind);
  if (errorKind) facts.errorKind = { value: errorKind, source: 'ticket', readAt: now };
  facts.inquiry ??= { value: null, source: 'ticket', readAt: now };
  facts.errorKind ??= { value: null, source: 'ticket', readAt: now };

  const read = facts.errorKind.value === null && facts.inquiry.value ? READERS[facts.inquiry.value] : undefined;
  if (!read) return facts;

  const member = await findMember(ticket, provided.memberId?.value, admin);
  delete facts.memberId;
  if (!member) {
    const given = provided.memberId ?? (ticket.memberId ? { value: ticket.memberId, source: 'ticket' as const, readAt: now } : null);
    if (given) facts.memberId = { ...given, unknownToAdmin: true };
    return facts;
  }
  learn('memberId', member.id, 'Admin');
  await read(admin, member.id, learn, provided);
  return facts;
}

const LONGEST_ID = 200;

/** By the ticket's field, else by what an agent provided; by e-mail only where neither names anyone. */
export async function findMember(ticket: Ticket, provided: string | undefined, admin: AdminPort): Promise<Member | null> {
  const ids = [ticket.memberId, provided].filter((id): id is string => !!id);
  for (const memberId of ids) {
    if (memberId.length > LONGEST_ID) continue; // No system takes it, and asking with it is refused for good.
    const member = await admin.findMember({ memberId });
    if (member) return member;
  }
  return ids.length === 0 && ticket.requester.email ? admin.findMember({ email: ticket.requester.email }) : null;
}

type Learn = <K extends FactName>(name: K, value: FactValues[K] | undefined, source: FactSource) => void;
type Reader = (admin: AdminPort, memberId: string, learn: Learn, provided: Facts) => Promise<void>;

const READERS: Partial<Record<NonNullable<FactValues['inquiry']>, Reader>> = {
  'vbid-incentives': async (admin, memberId, learn, provided) => {
    const program = await admin.incentiveProgram(memberId);
    // Not in compliance is a known null; a compliance nobody knows stays absent.
    if (program.inCompliance === false) learn('inComplianceSince', null, 'HGP');
    else learn('inComplianceSince', program.inComplianceSince ?? undefined, 'HGP');
    const dates = incentiveDates(program);
    const calledUnclear = dates === 'clear' && provided.incentiveDates?.value === 'unclear';
    if (!calledUnclear) learn('incentiveDates', dates, 'HGP');
  },
  'eligibility-no-programs': async (admin, memberId, learn) => {
    learn('ooeResult', (await admin.eligibility(memberId)).ooeResult ?? undefined, 'Admin');
  },
  'vmp-scheduling-blocked': async (admin, memberId, learn) => {
    const { requirements, allTrueSince } = await admin.requirementsToSchedule(memberId);
    const unmet = requirements.filter((r) => !r.met).map((r) => r.name);
    learn('unmetRequirements', unmet, 'HGP');
    learn('requirementsAllTrueSince', unmet.length > 0 ? null : (allTrueSince ?? undefined), 'HGP');
  },
  'device-standard-order': async (admin, memberId, learn) => {
    const order = await admin.deviceOrder(memberId);
    learn('ordered', order.ordered ?? undefined, 'Admin');
    learn('orderTemplateCompleted', order.orderTemplateCompleted ?? undefined, 'Admin');
    learn('firstSessionCompleted', order.firstSessionCompleted ?? undefined, 'Admin');
    learn('clinicalRequirementsMet', order.clinicalRequirements?.every((r) => r.met), 'Admin');
  },
};

/** Both dates missing is "missing"; one of two, or an end before the start, is "unclear". */
export function incentiveDates(program: Pick<IncentiveProgram, 'startDate' | 'endDate'>): FactValues['incentiveDates'] {
  const { startDate, endDate } = program;
  if (!startDate && !endDate) return 'missing';
  if (!startDate || !endDate || Date.parse(endDate) < Date.parse(startDate)) return 'unclear';
  return 'clear';
}
