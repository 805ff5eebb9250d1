/** Recordings are added to, and never exchanged. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import protos from '@temporalio/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepStory, nameOf, type Story } from './keep.js';

const { History } = protos.temporal.api.history.v1;
let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'onetouch-kept-')), 'new');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

let stories = 0;
const story = (name: string, over: Partial<Story> = {}): Story => ({ file: 'tests/stories/a-file.test.ts', name, id: String(++stories), ...over });
const history = (workflowId: string) => ({ events: [{ workflowExecutionStartedEventAttributes: { workflowId } }] });
const kept = () => readdirSync(folder).sort();
const idIn = (file: string) => History.decode(gunzipSync(readFileSync(join(folder, file)))).events[0]!.workflowExecutionStartedEventAttributes!.workflowId;

test('a story that has a recording keeps it, all of it; one that has none gets one', async () => {
  const first = story('blocked > a member, who waits');
  expect(await keepStory(folder, first, [history('case-1'), history('case-2')])).toEqual(['a-file-blocked-a-member-who-waits.pb.gz', 'a-file-blocked-a-member-who-waits.2.pb.gz']);
  const before = kept();
  // Told again by later code, with more workflows.
  expect(await keepStory(folder, first, [history('other-1'), history('other-2'), history('other-3')])).toEqual([]);
  expect(kept()).toEqual(before);
  expect(before.map(idIn)).toEqual(['case-2', 'case-1']);
  // Another story is not taken for a part of the first one.
  expect(await keepStory(folder, story('blocked > a member, who waits 2'), [history('case-3')])).toEqual(['a-file-blocked-a-member-who-waits-2.pb.gz']);
});

test('a recording that was cut off in the middle is none: the first file comes last', async () => {
  const cut = story('cut off');
  await keepStory(folder, cut, [history('a'), history('b'), history('c')]);
  rmSync(join(folder, 'a-file-cut-off.pb.gz'));
  expect(await keepStory(folder, cut, [history('d'), history('e'), history('f')])).toHaveLength(3);
  expect(kept().map(idIn)).toEqual(['e', 'f', 'd']);
});

test('a story that begins no workflow has no recording', async () => {
  expect(await keepStory(folder, story('nothing'), [])).toEqual([]);
  expect(() => kept()).toThrow('ENOENT');
});

test('long names are cut and stay apart; two stories of one name are refused', () => {
  const long = 'x'.repeat(200);
  const [one, two] = [nameOf(story(`${long} 1`)), nameOf(story(`${long} 2`))];
  expect(one).not.toBe(two);
  for (const name of [one, two]) expect(name).toMatch(/^a-file-x+-[0-9a-f]{8}$/);
  expect([one.length, two.length]).toEqual([80, 80]);
  const again = story('asked, twice');
  expect([nameOf(again), nameOf(again)]).toEqual(['a-file-asked-twice', 'a-file-asked-twice']);
  expect(() => nameOf(story('asked: twice'))).toThrow('"asked: twice" needs another name');
});
