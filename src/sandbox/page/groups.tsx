/** The part of the page that shows employer groups in Admin, and lets somebody else get in the way of a fix. */
import type { FC } from 'hono/jsx';
import type { GroupView } from '../admin/group-hands.js';
import { US, type Effect } from '../ledger.js';
import { Act, Said, Tag } from './parts.js';

/** `ledger`: what was done to the group and its members, by anyone. */
export const GroupSheet: FC<{ group: GroupView; ledger: readonly Effect[]; open: boolean }> = ({ group: g, ledger, open }) => {
  const { employer, rewards } = g;
  const problems = [
    employer.securityIncident && `open security incident ${employer.securityIncident}`,
    ...employer.dataIssues.map((i) => `data ${i.kind}: ${i.what}`),
    employer.network.problem && `network: ${employer.network.problem}`,
    ...employer.customizations.flatMap((c) => (c.problem ? [`${c.name}: ${c.problem}`] : [])),
    rewards.integration.status !== 'up' && `${rewards.integration.name} is ${rewards.integration.status}`,
    ...g.imports.flatMap((i) => (i.status === 'completed' ? [] : [`import of ${i.kind} ${i.status}`])),
    ...Object.values(g.access).flatMap((a) => memberProblems(a).map((what) => `${a.memberId}: ${what}`)),
  ].filter((what) => typeof what === 'string');
  return (
    <details id={`group-${employer.id}`} open={open}>
      <summary>
        <b>{employer.name}</b> {employer.id} <Tag on={employer.enabled}>{employer.enabled ? 'enabled' : 'disabled'}</Tag>{' '}
        <Tag on={rewards.enabled}>rewards {rewards.enabled ? 'enabled' : 'disabled'}</Tag>
      </summary>
      <div class="body">
        <p>
          {employer.featureToggles.map((t) => (
            <>
              <Tag on={t.on}>
                {t.name} {t.on ? 'on' : 'off'}
                {t.on !== t.contracted && ', not as contracted'}
              </Tag>{' '}
            </>
          ))}
        </p>
        {problems.length > 0 && (
          <ul>
            {problems.map((what) => (
              <li>{what}</li>
            ))}
          </ul>
        )}
        {ledger.map((e) => (
          <Said by={e.by} at={e.at} how={`${e.kind} of ${e.on}`} us={e.by === US} note text={e.text} />
        ))}
        <form method="post" action={`/groups/${encodeURIComponent(employer.id)}`}>
          <div class="row">
            <Act act="enabled">{employer.enabled ? 'Disable' : 'Enable'} the group by hand</Act>
            <Act act="rewards">{rewards.enabled ? 'Disable' : 'Enable'} the rewards by hand</Act>
            <Act act="touch">Save it as it is, as somebody else would</Act>
          </div>
        </form>
      </div>
    </details>
  );
};

function memberProblems({ eligibility, permissions, account }: GroupView['access'][string]): string[] {
  return [
    !eligibility.listed && 'not in the eligibility data',
    eligibility.listed && eligibility.eligible !== true && 'not eligible',
    !eligibility.consistent && 'eligibility data inconsistent',
    (!permissions.granted || permissions.missing.length > 0) && 'permissions missing',
    !account.created && 'no account',
    account.locked && 'locked',
    account.passwordExpired && 'password expired',
  ].filter((what) => typeof what === 'string');
}
