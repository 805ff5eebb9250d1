/** A merge moves many members' cases at once: sent straight to Temporal without a good grant it moves none. */
import { expect, test } from 'vitest';
import type { Change, Grant } from '../../src/domain/grant.js';
import { GRANT_MS, signGrant } from '../../src/grants/grants.js';
import { mergeInto, problemTimeline, resumeProblem } from '../../src/workflows/problem-messages.js';
import { CLAIMS_ID, PAGE, claimsError, mails, says, view } from './problem-support.js';
import { LEAD, useTown } from './town.js';

const town = useTown();
const FORGED = [{ id: 'sandbox', secret: Buffer.from('not the key that the API signs with') }];

/** Two problems of a case each, and hands that reach Temporal itself. */
async function open() {
  const t = town();
  await claimsError(t);
  const other = await claimsError(t, { report: { pageOrFeature: `${PAGE}/list`, errorText: 'HTTP 502' } });
  const id = (await t.state(other)).problem!;
  t.sent();
  const what = { into: CLAIMS_ID, reason: 'one cause' };
  const grant = async ({ keys = t.config.grantKeys, ago = 0, ...over }: Partial<Change> & { keys?: typeof t.config.grantKeys; ago?: number } = {}): Promise<Grant> =>
    signGrant(keys, { of: id, verb: 'merge', cycle: 1, body: what, by: LEAD, ...over }, (await t.env.currentTimeMs()) - ago);
  const send = async (given: unknown) => {
    const answer = await t.client.workflow.getHandle(id).executeUpdate(mergeInto, { args: [{ ...what, by: LEAD, ...(given !== undefined && { grant: given as Grant }) }] });
    await t.when(Promise.resolve());
    return answer;
  };
  return { t, id, other, grant, send };
}
type Open = Awaited<ReturnType<typeof open>>;

test.each<[string, (o: Open) => Promise<unknown>, RegExp]>([
  ['without a grant', async () => undefined, /it takes a grant/],
  ['with a forged grant', ({ grant }) => grant({ keys: FORGED }), /not signed by the API/],
  ['with a grant that has expired', ({ grant }) => grant({ ago: GRANT_MS + 1_000 }), /has expired/],
  ["with another problem's grant", ({ grant }) => grant({ of: CLAIMS_ID }), /another change/],
  ['with a grant to merge into another', ({ grant }) => grant({ body: { into: 'problem-price-wrong-99999999999', reason: 'one cause' } }), /another change/],
  ["with another round's grant", ({ grant }) => grant({ cycle: 2 }), /moved on/],
  ["with another person's grant", ({ grant }) => grant({ by: { ...LEAD, name: 'Lea' } }), /another person/],
])('%s: no case goes over; recorded, flagged, and taken back by resume', async (_, given, why) => {
  const here = await open();
  const { t, id, other, send } = here;
  await send(await given(here));
  expect(await t.state(other)).toMatchObject({ problem: id });
  const flagged = 'somebody tried to merge it into another problem without a good grant';
  expect(await view(t, id)).toMatchObject({ stage: 'open', mergedInto: null, members: 1, flagged });
  const timeline = await t.client.workflow.getHandle(id).query(problemTimeline);
  expect(timeline).toContainEqual(expect.objectContaining({ what: 'refused', by: 'Lee', text: expect.stringMatching(why) }));
  expect(t.sent()).toEqual([]);
  expect(await says(t, id, resumeProblem, {})).toMatchObject({ accepted: true });
  expect(await view(t, id)).toMatchObject({ flagged: null });
});

test('with its grant the cases go over, once', async () => {
  const { t, id, other, grant, send } = await open();
  const once = await grant();
  expect((await Promise.all([send(once), send(once)])).map((a) => a.accepted)).toContain(true);
  expect(await t.state(other)).toMatchObject({ problem: CLAIMS_ID });
  expect(await view(t)).toMatchObject({ absorbed: [id], members: 2 });
  expect(mails(t)).toEqual([]);
});
