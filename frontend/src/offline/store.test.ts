import { expect, test } from 'vitest';
import { memoryStore, openStoreInTime } from './store';

test('a store that never opens, or opens and never answers, is one in memory', async () => {
  const silent = { ...memoryStore(), isLasting: true, read: () => new Promise<never>(() => {}) };
  const openings = [
    () => new Promise<never>(() => {}),
    () => Promise.resolve(silent),
    () => Promise.reject(new Error('No store')),
  ];
  for (const open of openings) {
    const store = await openStoreInTime(open(), 5);
    expect(store.isLasting).toBe(false);
    await store.update('a', () => 1);
    expect(await store.read('a')).toBe(1);
  }
});

test('one that answers is used', async () => {
  const good = { ...memoryStore(), isLasting: true };
  expect(await openStoreInTime(Promise.resolve(good), 1_000)).toBe(good);
});
