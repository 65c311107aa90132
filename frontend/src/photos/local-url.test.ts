import { afterEach, expect, test, vi } from 'vitest';
import { revokeWhenUnused } from './local-url';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('an address outlives the render that lets it go', () => {
  const revoked: string[] = [];
  vi.stubGlobal('URL', { revokeObjectURL: (url: string) => revoked.push(url) });
  vi.useFakeTimers();
  revokeWhenUnused('blob:1');
  vi.advanceTimersByTime(1000);
  expect(revoked).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(revoked).toEqual(['blob:1']);
});
