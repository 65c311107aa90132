import { expect, test } from 'vitest';
import { tokenOf } from './unsubscribe';

test('the token stands behind the #', () => {
  expect(tokenOf('#token=abc.d-e_f')).toBe('abc.d-e_f');
});

test.each(['', '#', '#token=', '#other=1'])('%j has none', hash => {
  expect(tokenOf(hash)).toBeNull();
});
