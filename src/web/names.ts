/** Names of people for the record: one line, and nobody's whom the record itself knows. */

/** A name for the record: one line, at most 64 characters, nothing that a terminal would act on. */
export const oneLine = (name: string): string => cut(name.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim(), 64);
const cut = (text: string, length: number): string => [...text].slice(0, length).join('').trim();

/** By whom a record says that things are done without a person, in letters alone; see `by:` in workflows. */
const OURS = /^(the)?(onetouch|helpdesk|zendesk|jira|admin|adminportal|hgp|member|ticket|problem|grouptroubleshooting|outside|system|sweep|gateway|worker|api|apitoken|tier1|tier2|coachsupport|prodops|infra)$|onetouch|temporal|unverified|ontheticket$/;

/** A person who is called like one of us stands in the record with their subject, so that nobody takes them for it. */
export function apart(name: string, subject: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return OURS.test(plain) ? oneLine(`${cut(name, 30)} (${subject})`) : name;
}
