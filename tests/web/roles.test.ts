/** How a provider's claims become roles: each provider has a way of its own. */
import { expect, test } from 'vitest';
import { ROLES, roleNames, rolesIn } from '../../src/domain/roles.js';

const names = (text = '') => roleNames(text, (problem) => expect.unreachable(problem));

test.each<[string, object, string, string[]]>([
  ['a list', { roles: ['lead', 'agent'] }, 'roles', ['agent', 'lead']],
  ['one text', { roles: 'ops' }, 'roles', ['ops']],
  ['a text with spaces', { scope: 'openid agent ops' }, 'scope', ['agent', 'ops']],
  ['a text with commas', { roles: 'agent, ops' }, 'roles', ['agent', 'ops']],
  ['a scope of which another part is for others', { scp: 'user.read lead' }, 'scp', ['lead']],
  ['a name with a role in it', { roles: 'Billing admin' }, 'roles', []],
  ['a list with a name that is no role', { roles: 'agent,Billing admin' }, 'roles', []],
  ['blanks', { roles: '  ' }, 'roles', []],
  ['a path', { realm_access: { roles: ['admin'] } }, 'realm_access.roles', ['admin']],
  ['a name with dots and slashes', { 'https://company.example/roles': ['agent'] }, 'https://company.example/roles', ['agent']],
  ['names that are no role', { roles: ['superuser', 'LEAD', ' lead', 'system', 'unverified'] }, 'roles', []],
  ['nothing', {}, 'roles', []],
  ['something else', { roles: { admin: true } }, 'roles', []],
  ['things in the list', { roles: [{ admin: 1 }, ['admin'], null, 7] }, 'roles', []],
  ['what every object has', {}, 'constructor.name', []],
])('%s', (_, claims, claim, roles) => expect(rolesIn(claims as Record<string, unknown>, claim, names())).toEqual(roles));

test('names of the provider: only those that are listed count', () => {
  const theirs = names('agent=MS Agents, agent=MS Night Shift, admin=platform');
  expect(rolesIn({ groups: ['MS Night Shift', 'admin', 'lead'] }, 'groups', theirs)).toEqual(['agent']);
  expect(rolesIn({ groups: 'MS Agents' }, 'groups', theirs)).toEqual(['agent']);
  expect(rolesIn({ groups: ['platform', 'MS Agents'] }, 'groups', theirs)).toEqual(['agent', 'admin']);
  expect(rolesIn({ groups: [...ROLES] }, 'groups', theirs)).toEqual([]);
});

test.each(['boss=x', 'agent', 'agent=', '=x'])('%s is no mapping', (text) => {
  const problems: string[] = [];
  roleNames(text, (problem) => problems.push(problem));
  expect(problems).toEqual([expect.stringContaining('no role=name')]);
});
