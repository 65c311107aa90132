import { expect, test } from 'vitest';
import { placeOf, toPost } from './place';

test('an address leads to a post, a new one, or the desk', () => {
  expect(placeOf(toPost('fewer-shelves'))).toEqual({ kind: 'post', slug: 'fewer-shelves' });
  expect(placeOf('#new')).toEqual({ kind: 'new' });
  expect(placeOf('')).toEqual({ kind: 'desk' });
  expect(placeOf('#post/../x')).toEqual({ kind: 'desk' });
});
