import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ourselves } from '../../src/web/ours.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first answer is kept', async () => {
  const load = vi.fn(() => Promise.resolve('900'));
  const who = ourselves(load);
  expect([await who(), await who(), await who()]).toEqual(['900', '900', '900']);
  expect(load).toHaveBeenCalledTimes(1);
});

test('a failure is null, said once, and tried again after half a minute', async () => {
  const load = vi.fn(() => Promise.reject<string>(new Error('away')));
  const failed = vi.fn();
  const who = ourselves(load, failed);
  expect([await who(), await who()]).toEqual([null, null]);
  expect([load.mock.calls.length, failed.mock.calls.length]).toEqual([1, 1]);
  vi.advanceTimersByTime(30_000);
  load.mockResolvedValueOnce('900');
  expect(await who()).toBe('900');
});

test('a webhook waits no longer than two seconds', async () => {
  const who = ourselves(() => new Promise<string>(() => {}));
  const asked = who();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await asked).toBeNull();
});
