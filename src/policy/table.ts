/** The table: every routing row of the protocol, in the order in which the guide looks at them. */
import type { Inquiry } from '../domain/facts.js';
import type { RowId } from '../domain/ruling.js';
import type { Row, RowInquiry } from './row.js';
import { appAndTech } from './rows/app-and-tech.js';
import { commonInquiries } from './rows/common-inquiries.js';
import { devices } from './rows/devices.js';
import { groups } from './rows/groups.js';
import { heldForAPerson } from './rows/held-for-a-person.js';
import { technicalErrors } from './rows/technical-errors.js';

export const ROWS: readonly Row[] = [...commonInquiries, ...appAndTech, ...devices, ...technicalErrors, ...groups, ...heldForAPerson];

const byId = new Map<string, Row>(ROWS.map((r) => [r.id, r]));

/** The row with this id. Throws a RangeError for an id that is none, e.g. one of an older table. */
export function rowById(id: RowId): Row {
  const found = byId.get(id);
  if (!found) throw new RangeError(`The protocol has no row "${id}"; its rows are listed in docs/protocols.md.`);
  return found;
}

/** The rows of an inquiry, in the table's order; null stands for a ticket without a known one. */
export function rowsOf(inquiry: RowInquiry | Inquiry | null): readonly Row[] {
  return ROWS.filter((r) => r.inquiry === (inquiry ?? 'unknown'));
}

/** True for a row that keeps the ticket in Tier 1: an agent's request to escalate it is refused. */
export function isTier1Row(id: RowId): boolean {
  const kind = byId.get(id)?.then.kind;
  return kind === 'tier1' || kind === 'answer' || kind === 'ask';
}
