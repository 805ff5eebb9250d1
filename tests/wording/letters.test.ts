import { describe, expect, test } from 'vitest';
import type { Letter } from '../../src/wording/contents.js';
import { letter } from '../../src/wording/letters.js';
import { LETTERS, all } from './samples.js';

const ctx = { name: 'Ada', ticketId: '5158' };
const BANNED = [
  'withings', 'philips', 'dell', 'vida', 'vmp', 'vbid', 'hgp', 'ooe', 'incentive', 'device', 'cgm', 'coach', 'jira', 'infra',
  'prodops', 'tier', 'webinar', 'eligib', 'program', 'health', 'medical', 'clinic', 'provider', 'vendor', 'therap', 'diabet',
  'reward', 'member services agent', 'escalat', 'temporal', 'onetouch',
];
const letters = all(LETTERS).map((l) => [l.say, l] as const);

describe.each(letters)('%s %o', (_, l: Letter) => {
  const { subject, text, html } = letter(l, ctx);

  test('has no health, program, vendor, device or internal words', () => {
    const said = `${subject}\n${text}\n${html.replace(/<[^>]*>/g, ' ')}`.toLowerCase();
    for (const word of BANNED) expect(said).not.toContain(word);
  });
  test('greets, gives the reference and a way to answer, in text and HTML', () => {
    for (const body of [text, html]) {
      expect(body).toContain('Hello Ada,');
      expect(body).toContain('Your ticket number: 5158');
      expect(body).toMatch(/\breply\b/i);
      expect(body).not.toMatch(/undefined|\[object|NaN/);
    }
    expect(subject).toContain('#5158');
  });
  test('the HTML says what the text says', () => {
    const decoded = html
      .replace(/<(title|h1)[^>]*>.*?<\/\1>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'");
    const words = (s: string) => s.replace(/^- /gm, '').split(/\s+/).filter(Boolean).join(' ');
    expect(words(decoded)).toBe(words(text));
  });
});

describe('what the member may expect', () => {
  const promise = (hoursFrom: number | null, hoursTo: number, technical = false) =>
    letter({ say: 'promise', team: 'Infra', technical, hoursFrom, hoursTo }, ctx).text;
  test.each([
    [2, 4, 'within 2 to 4 hours'],
    [null, 24, 'within 24 hours'],
    [null, 1, 'within 1 hour'],
    [null, 1.5, 'within 1.5 hours'],
    [4, 4, 'within 4 hours'],
    [0.5, 0.75, 'within 30 to 45 minutes'],
    [null, 0.001, 'within 1 minute'],
  ])('%s to %s hours', (from, to, words) => {
    expect(promise(from, to)).toMatch(new RegExp(`${words.replace('.', '\\.')}[.,]`));
  });
  test('safe browser steps go with a technical error only', () => {
    for (const step of [/refresh/i, /clear the cache/i, /another browser/i]) {
      expect(promise(2, 4, true)).toMatch(step);
      expect(promise(2, 4, false)).not.toMatch(step);
    }
  });
  test('a new time is told in the zone of the member, and in UTC without one', () => {
    const at = (timeZone?: string) => letter({ say: 'new-time', dueAt: '2026-11-22T14:00:00.000Z', progress: true }, { ...ctx, timeZone }).text;
    expect(at()).toContain('Sunday, November 22, 2026 at 2:00 PM UTC');
    expect(at('America/New_York')).toContain('Sunday, November 22, 2026 at 9:00 AM EST');
    expect(at('Nowhere/Never')).toContain('2:00 PM UTC');
  });
  test('a time that is none is an error that says so', () => {
    expect(() => letter({ say: 'new-time', dueAt: 'soon', progress: true }, ctx)).toThrow(/dueAt must be an ISO 8601 time, not "soon"/);
  });
  test.each(['resolved', 'unchanged', 'closed'] as const)('a follow-up (%s) asks whether it works now', (outcome) => {
    expect(letter({ say: 'follow-up', outcome }, ctx).text).toMatch(/Does it work for you now/);
  });
});

describe('strange names', () => {
  const first: Letter = { say: 'acknowledgement' };
  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'Win at https://evil.example',
    'evil.example',
    'ada@example.com',
    'Ada\u0000\u202E',
    'A'.repeat(500),
    '',
    '   ',
  ])('%j stays inert', (name) => {
    const { subject, text, html } = letter(first, { ...ctx, name });
    expect(text).toMatch(/^Hello( Ada)?,\n/);
    expect(html).not.toMatch(/<script|<img|onerror|evil/);
    expect(subject).toBe(letter(first, ctx).subject);
  });
  test('a real name is escaped where HTML needs it', () => {
    const { text, html } = letter(first, { ...ctx, name: "Dr. Zoë O'Brien & Co" });
    expect(text).toContain("Hello Dr. Zoë O'Brien & Co,");
    expect(html).toContain('Hello Dr. Zoë O&#39;Brien &amp; Co,');
  });
  test('a name that ends in a full stop reads well', () => {
    expect(letter(first, { ...ctx, name: 'Sam Jr.' }).text).toMatch(/^Hello Sam Jr,/);
  });
  test('a subject has one line and HTML no markup, whatever the ticket number holds', () => {
    const { subject, html } = letter(first, { name: 'Ada', ticketId: '1\r\nBcc: x@example.com\u2028<b>' });
    expect(subject).not.toMatch(/[\r\n\u2028]/);
    expect(html).not.toContain('<b>');
  });
});
