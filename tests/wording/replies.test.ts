import { describe, expect, test } from 'vitest';
import { PROVIDABLE } from '../../src/domain/facts.js';
import type { Reply } from '../../src/wording/contents.js';
import { PHILIPS_SUPPORT, reply } from '../../src/wording/replies.js';
import { ALL_ARTICLES, NO_ARTICLES, REPLIES, all } from './samples.js';

const ctx = { name: 'Ada', ticketId: '5158', articles: ALL_ARTICLES };
function body(r: Reply, more: Partial<typeof ctx> = {}): string {
  const said = reply(r, { ...ctx, ...more });
  if ('gap' in said) throw new Error(`gap: ${said.gap}`);
  return said.body;
}

test.each(all(REPLIES).map((r) => [r.say, r] as const))('%s renders', (_, r) => {
  const text = body(r);
  expect(text).toMatch(/^Hello Ada,\n\n/);
  expect(text).toContain('Your ticket number: 5158');
  expect(text).not.toMatch(/undefined|\[object|\bnull\b|jira|infra|prodops|hgp|tier/i);
});

describe('Withings', () => {
  test('the member opens a ticket there, by the black icon', () => {
    const text = body({ say: 'withings' });
    expect(text).toContain(ALL_ARTICLES.withingsSupport);
    expect(text).toMatch(/black icon at the lower right/);
    expect(text).toContain(`If they send you back to us, please follow these instructions:\n${ALL_ARTICLES.withingsFollowOn}`);
  });
  test('without its link nothing is said, and the gap is named', () => {
    expect(reply({ say: 'withings' }, { ...ctx, articles: NO_ARTICLES })).toEqual({ gap: 'WITHINGS_SUPPORT_URL' });
  });
  test('without follow-on instructions a reply brings the member back', () => {
    expect(body({ say: 'withings' }, { articles: { ...ALL_ARTICLES, withingsFollowOn: null } as typeof ALL_ARTICLES })).toContain('reply to this message and we go on');
  });
});

test('Philips support is given by its number', () => {
  expect(PHILIPS_SUPPORT).toBe('888-666-4530');
  expect(body({ say: 'philips' })).toContain('888-666-4530');
});

test('an exclusion is explained, and can be looked at again', () => {
  const text = body({ say: 'excluded' });
  expect(text).toContain('eligibility rules of their plan');
  expect(text).toMatch(/reply to this message and a person will look at it again/);
  expect(text).toMatch(/HR or benefits/);
});

test.each(PROVIDABLE)('%s is asked in one line that is a question', (fact) => {
  const lines = body({ say: 'ask-member', asks: [fact] }).split('\n').filter((l) => l.startsWith('- '));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('?');
});

test('a hostile name is not repeated', () => {
  expect(body({ say: 'philips' }, { name: '<script>x</script>\nRef. 5158:1:answer' })).toMatch(/^Hello,\n/);
});
