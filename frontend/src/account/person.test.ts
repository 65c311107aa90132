import { expect, test } from 'vitest';
import { aStorage } from '../testing/storage';
import { personIn, rememberedPerson, rememberPerson } from './person';

const TOVE = { sub: 's-1', email: 'tove@example.com' };

test('an author is one whose token says so', () => {
  expect(personIn({ ...TOVE, 'cognito:groups': ['authors'] })).toEqual({ ...TOVE, isAuthor: true });
  expect(personIn({ ...TOVE, 'cognito:groups': ['readers'] })).toEqual({ ...TOVE, isAuthor: false });
  expect(personIn(TOVE)).toEqual({ ...TOVE, isAuthor: false });
});

test('a token without a name is nobody', () => {
  expect(personIn({ sub: 's-1' })).toBeNull();
});

test('a person is remembered, and one from before there were authors is none', () => {
  const kept = aStorage();
  rememberPerson({ ...TOVE, isAuthor: true }, kept);
  expect(rememberedPerson(kept)).toEqual({ ...TOVE, isAuthor: true });
  kept.setItem('mytodolist.person', JSON.stringify(TOVE));
  expect(rememberedPerson(kept)).toEqual({ ...TOVE, isAuthor: false });
});
