/** The part of the page that shows what Admin and HGP know of each member, and lets it be changed. */
import type { FC } from 'hono/jsx';
import type { MemberView } from '../admin/stand-in.js';
import type { MemberFacts } from '../admin/state.js';
import { Act, hoursSince, Input, minute, Said, Select, Tag } from './parts.js';

const KNOWN: [string, string][] = [
  ['', 'not known'],
  ['true', 'yes'],
  ['false', 'no'],
];
const asked = (b: boolean | null): string => (b === null ? '' : String(b));
const DEVICE = [
  ['ordered', 'Ordered already'],
  ['orderTemplateCompleted', 'Order template completed'],
  ['firstSessionCompleted', 'First session completed'],
] as const;

/** Hours, beside what they were when the page was shown: only what somebody typed moves a time. */
const Hours: FC<{ name: string; value: string }> = ({ name, value }) => (
  <>
    <Input name={name} label="for how many hours" type="number" value={value} />
    <input type="hidden" name={`${name}-shown`} value={value} />
  </>
);

export const NewMemberForm: FC = () => (
  <details>
    <summary>
      <b>Add a member</b>
    </summary>
    <div class="body">
      <form method="post" action="/members">
        <div class="row">
          <Input name="id" label="Member ID" required />
          <Input name="name" label="Name" required />
          <Input name="email" label="E-mail" type="email" />
          <Input name="employerGroup" label="Employer group" />
        </div>
        <div class="row">
          <button class="main" type="submit">
            Add
          </button>
        </div>
      </form>
    </div>
  </details>
);

export const MemberSheet: FC<{ record: MemberView; open: boolean; now: number }> = ({ record: m, open, now }) => (
  <details id={`member-${m.member.id}`} open={open}>
    <summary>
      <b>{m.member.name}</b> {m.member.id}
      {m.member.employerGroup && <Tag>{m.member.employerGroup}</Tag>}
    </summary>
    <div class="body">
      {m.notes.map((n) => (
        <Said by="onetouch" at={n.at} how="account note" us note text={n.body} />
      ))}
      <form method="post" action={`/members/${encodeURIComponent(m.member.id)}`}>
        <fieldset>
          <legend>HGP "Incentive Program"</legend>
          <div class="row">
            <Select name="inCompliance" label="In compliance" options={KNOWN} value={asked(m.incentiveProgram.inCompliance)} />
            <Hours name="complianceHours" value={hoursSince(m.incentiveProgram.inComplianceSince, now)} />
            <Input name="startDate" label="Start date" type="date" value={m.incentiveProgram.startDate ?? ''} />
            <Input name="endDate" label="End date" type="date" value={m.incentiveProgram.endDate ?? ''} />
          </div>
        </fieldset>
        <fieldset>
          <legend>HGP "Requirements to Schedule"{m.allTrueSince && `, all TRUE since ${minute(m.allTrueSince)}`}</legend>
          {m.requirements.map((r, i) => (
            <div class="row">
              <Input name={`requirement-${i}`} label="Requirement" value={r.name} />
              <Select name={`met-${i}`} label="Met" options={[['true', 'TRUE'], ['false', 'FALSE']]} value={String(r.met)} />
              <Hours name={`hours-${i}`} value={hoursSince(r.since, now)} />
            </div>
          ))}
          <div class="row">
            <Input name={`requirement-${m.requirements.length}`} label="One more" />
            <Select name={`met-${m.requirements.length}`} label="Met" options={[['true', 'TRUE'], ['false', 'FALSE']]} />
            <Hours name={`hours-${m.requirements.length}`} value="" />
          </div>
        </fieldset>
        <fieldset>
          <legend>OOE onboarding logic and devices</legend>
          <div class="row">
            <Select name="ooeResult" label="OOE result" options={[['', 'not known'], 'excluded', 'error', 'eligible']} value={m.ooeResult ?? ''} />
            {DEVICE.map(([name, label]) => (
              <Select name={name} label={label} options={KNOWN} value={asked(m.deviceOrder[name])} />
            ))}
          </div>
          {m.deviceOrder.clinicalRequirements?.map((r, i) => (
            <div class="row">
              <Input name={`clinical-${i}`} label="Clinical requirement" value={r.name} />
              <Select name={`clinical-met-${i}`} label="Met" options={[['true', 'yes'], ['false', 'no']]} value={String(r.met)} />
            </div>
          ))}
          <div class="row">
            <Input name={`clinical-${m.deviceOrder.clinicalRequirements?.length ?? 0}`} label="One more clinical requirement" />
            <Select name={`clinical-met-${m.deviceOrder.clinicalRequirements?.length ?? 0}`} label="Met" options={[['true', 'yes'], ['false', 'no']]} />
          </div>
        </fieldset>
        <div class="row">
          <Act act="facts" main>
            Change what Admin and HGP know
          </Act>
        </div>
      </form>
    </div>
  </details>
);

/** The sheet's form as facts. Throws for hours that are no number. */
export function readFacts(form: Record<string, string>, before: MemberView, now: number): MemberFacts {
  const known = (name: string) => (form[name] === 'true' ? true : form[name] === 'false' ? false : null);
  const typed = (field: string) => (form[field] ?? '') !== (form[`${field}-shown`] ?? '');
  const since = (field: string, was: string | null): string | null => {
    if (!typed(field)) return was;
    const hours = form[field]!.trim();
    if (hours === '') return null;
    if (!Number.isFinite(Number(hours))) throw new Error(`"${hours}" is not a number of hours.`);
    return new Date(now - Number(hours) * 3_600_000).toISOString();
  };
  const rows = (prefix: string): [name: string, i: number][] =>
    Object.keys(form).flatMap((key): [string, number][] => {
      const i = new RegExp(`^${prefix}-(\\d+)$`).exec(key)?.[1];
      return i !== undefined && form[key]!.trim() !== '' ? [[form[key]!.trim(), Number(i)]] : [];
    });
  const inCompliance = known('inCompliance');
  const clinical = rows('clinical').map(([name, i]) => ({ name, met: form[`clinical-met-${i}`] === 'true' }));
  const begins = inCompliance === true && before.incentiveProgram.inCompliance !== true && !typed('complianceHours');
  return {
    incentiveProgram: {
      inCompliance,
      // Left out, compliance that begins now begins now.
      ...(!begins && { inComplianceSince: since('complianceHours', before.incentiveProgram.inComplianceSince) }),
      startDate: form.startDate || null,
      endDate: form.endDate || null,
    },
    ooeResult: (form.ooeResult || null) as MemberFacts['ooeResult'],
    requirements: rows('requirement').map(([name, i]) => {
      const met = form[`met-${i}`] === 'true';
      const was = before.requirements.find((r) => r.name === name);
      // One that was turned over, or is new, has been so from now on, unless the hours say otherwise.
      const fresh = was?.met !== met && !typed(`hours-${i}`);
      return fresh ? { name, met } : { name, met, since: since(`hours-${i}`, was?.since ?? null) };
    }),
    deviceOrder: {
      ordered: known('ordered'),
      orderTemplateCompleted: known('orderTemplateCompleted'),
      firstSessionCompleted: known('firstSessionCompleted'),
      clinicalRequirements: clinical.length > 0 ? clinical : (before.deviceOrder.clinicalRequirements && []),
    },
  };
}
