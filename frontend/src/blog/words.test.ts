import { expect, test } from 'vitest';
import { addressObjection, clock } from './words';

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

test('a time is written as clocks show it', () => {
  expect(clock(new Date(2026, 10, 21, 9, 4))).toBe('09:04');
});
