import { expect, test } from 'vitest';
import { ulids } from './ulid';

const noRandom = (bytes: Uint8Array) => bytes.fill(0);

test('a ULID has the shape that the API wants', () => {
  const newUlid = ulids({ now: () => Date.now(), random: bytes => crypto.getRandomValues(bytes) });
  for (let count = 0; count < 200; count += 1) expect(newUlid()).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});

test('its first ten characters are the time, as the specification writes it', () => {
  const newUlid = ulids({ now: () => 1469918176385, random: noRandom });
  expect(newUlid().slice(0, 10)).toBe('01ARYZ6S41');
});

test('those of one millisecond sort in the order they were made', () => {
  const newUlid = ulids({ now: () => 5, random: bytes => bytes.fill(31) });
  const made = Array.from({ length: 100 }, newUlid);
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(100);
});

test('a clock that is put back does not put the order back', () => {
  let time = 1000;
  const newUlid = ulids({ now: () => time, random: noRandom });
  const first = newUlid();
  time = 10;
  expect(newUlid() > first).toBe(true);
});
