import { expect, test } from 'vitest';
import { addressObjection, atTime } from './words';

test.each(['tove@example.com', ' tove@mail.example.co.uk ', 'ü@exämple.de'])(
  '%j looks like an address',
  typed => {
    expect(addressObjection(typed)).toBeNull();
  },
);

test.each([
  ['', 'Type your email address.'],
  ['tove', 'That address is missing its @.'],
  ['tove@', 'That does not look like an email address.'],
  ['@example.com', 'That does not look like an email address.'],
  ['a b@example.com', 'That does not look like an email address.'],
  ['a@b@example.com', 'That does not look like an email address.'],
  ['tove@example', 'That address is missing its ending, such as .com.'],
  ['tove@.com', 'That address is missing its ending, such as .com.'],
  ['tove@example.', 'That address is missing its ending, such as .com.'],
])('%j does not, and the reader learns why', (typed, why) => {
  expect(addressObjection(typed)).toBe(why);
});

test.each([
  [new Date(2026, 10, 21, 9, 4), 'at 09:04'],
  [new Date(2026, 10, 21, 9, 4, 0, 1), 'at 09:05'],
  [new Date(2026, 10, 22, 7, 59, 30), 'tomorrow at 08:00'],
  // The clocks may change between: a day of 25 hours is still tomorrow.
  [new Date(2026, 10, 21, 23, 59, 30), 'tomorrow at 00:00'],
])('%s is when the server takes it again: %s', (moment, words) => {
  expect(atTime(moment, new Date(2026, 10, 21, 9, 0))).toBe(words);
});
