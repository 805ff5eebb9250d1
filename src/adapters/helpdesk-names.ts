/** The helpdesk's groups and ticket fields, by the names that the configuration gives them. */
import { z } from 'zod';
import { ConfigError, type WorkerConfig } from '../config.js';
import { REPORT_FIELDS, type ReportField } from '../domain/facts.js';
import type { HelpdeskSession } from './helpdesk-session.js';
import { shaped } from './http.js';

type Fields = WorkerConfig['helpdesk']['fields'];

export interface HelpdeskNames {
  groupIds: Map<string, number>;
  groupNames: Map<number, string>;
  fields: Record<'inquiry' | 'errorKind' | 'memberId' | 'employerGroup', number>;
  /** A report field that the helpdesk does not have is absent. */
  report: Partial<Record<ReportField, number>>;
}

const groupsAnswer = z.object({ groups: z.array(z.object({ id: z.int(), name: z.string(), deleted: z.boolean().nullish() })) });
const fieldsAnswer = z.object({
  ticket_fields: z.array(z.object({ id: z.int(), title: z.string(), active: z.boolean().nullish() })),
});

interface Named {
  id: number;
  name: string;
}

/**
 * Resolves the configured names. A group, or one of the four fields a ruling rests on, that does not exist is a
 * `ConfigError` that names the setting and the names that do; a missing field of the error report is only said.
 */
export async function resolveNames(
  session: HelpdeskSession,
  config: Pick<WorkerConfig['helpdesk'], 'groups' | 'fields'>,
  warn: (message: string) => void,
): Promise<HelpdeskNames> {
  const [groups, fields] = await Promise.all([listGroups(session), listFields(session)]);
  const problems: string[] = [];

  const find = (setting: string, kind: string, name: string, among: Named[], missing: (problem: string) => void) => {
    const found = among.filter((one) => one.name === name);
    if (found.length === 1) return found[0]!.id;
    const have = [...new Set(among.map((one) => `"${one.name}"`))].sort().join(', ') || 'none';
    missing(
      found.length === 0
        ? `${setting} names a ${kind} that the helpdesk does not have: "${name}". It has: ${have}.`
        : `${setting} names ${found.length} ${kind}s of the helpdesk: "${name}". Rename or deactivate all but one.`,
    );
    return NaN;
  };
  const required = (problem: string) => problems.push(problem);

  for (const [team, name] of Object.entries(config.groups)) find(`HELPDESK_GROUP_${setting(team)}`, 'group', name, groups, required);
  const field = (key: keyof HelpdeskNames['fields']) =>
    find(`HELPDESK_FIELD_${setting(key)}`, 'ticket field', config.fields[key], fields, required);
  const resolved: HelpdeskNames = {
    groupIds: new Map(groups.map((g) => [g.name, g.id])),
    groupNames: new Map(groups.map((g) => [g.id, g.name])),
    fields: {
      inquiry: field('inquiry'),
      errorKind: field('errorKind'),
      memberId: field('memberId'),
      employerGroup: field('employerGroup'),
    },
    report: {},
  };
  for (const key of REPORT_FIELDS) {
    if (key === 'whatHappened') continue; // It is the ticket's description.
    const id = find(`HELPDESK_FIELD_${setting(key)}`, 'ticket field', config.fields.report[key as keyof Fields['report']], fields, (problem) =>
      warn(`${problem} Error reports go without it.`),
    );
    if (!Number.isNaN(id)) resolved.report[key] = id;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return resolved;
}

/** The end of a setting's name: "Tier 2" → TIER_2, "errorKind" → ERROR_KIND. */
const setting = (key: string): string => key.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll(' ', '_').toUpperCase();

async function listGroups(session: HelpdeskSession): Promise<Named[]> {
  const doing = 'list the groups';
  const found: Named[] = [];
  for await (const body of session.pages({ doing, path: '/api/v2/groups' }))
    for (const { id, name, deleted } of shaped(groupsAnswer, body, 'helpdesk', doing).groups) if (!deleted) found.push({ id, name });
  return found;
}

async function listFields(session: HelpdeskSession): Promise<Named[]> {
  const doing = 'list the ticket fields';
  const found: Named[] = [];
  for await (const body of session.pages({ doing, path: '/api/v2/ticket_fields' }))
    for (const { id, title, active } of shaped(fieldsAnswer, body, 'helpdesk', doing).ticket_fields)
      if (active !== false) found.push({ id, name: title });
  return found;
}
