import { expect, test } from 'vitest';
import { clean } from '../ui/text';
import { addressOf, objections, oneLine, slugOf, tagsIn } from './limits';

const FIELDS = { title: 'Shelves', summary: '', body: '', tags: [], cover: null, language: null };

test.each([
  ['Fewer shelves', 'fewer-shelves'],
  ['  Café & Co. ', 'cafe-co'],
  ['Straße nach Ærø', 'strasse-nach-aero'],
  ['Ω ή й', 'o-i-y'],
  ['Московский подъезд', 'moskovskiy-podezd'],
  ['İstanbul u\u0308ber No. ①', 'istanbul-uber-no-1'],
  ['“日本語”', ''],
  ['a'.repeat(79) + ' b', 'a'.repeat(79)],
])('%j has the address %j', (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

test.each([
  ['Café & Straße', 'cafe-strasse'],
  ['“日本語”', ''],
  ['SQLite 日本語', ''],
  ['Party 🎉', 'party'],
  ['🎉', ''],
])('before the API is asked, the title %j has the address %j', (title, address) => {
  expect(addressOf(title)).toBe(address);
});

test('tags are split, written as addresses, and never empty', () => {
  expect(tagsIn('Data, #Design  wet afternoons,,')).toEqual(['data', 'design', 'wet', 'afternoons']);
});

test('what the API would refuse is said beforehand', () => {
  expect(objections(FIELDS)).toEqual({});
  expect(objections({ ...FIELDS, title: ' ' })).toEqual({ title: 'A post needs a title.' });
  expect(objections({ ...FIELDS, title: '\u200b\u2060' })).toEqual({ title: 'A post needs a title.' });
  expect(objections({ ...FIELDS, title: 'a'.repeat(200), summary: '😀'.repeat(500) })).toEqual({});
  expect(objections({ ...FIELDS, body: 'a'.repeat(50_001) })).toEqual({
    body: 'A post holds 50,000 characters; this one has 50,001.',
  });
  expect(objections({ ...FIELDS, tags: Array.from({ length: 11 }, (_, place) => `t${place}`) })).toEqual({
    tags: 'A post holds 10 tags.',
  });
  expect(objections({ ...FIELDS, language: 'pt-BR' })).toEqual({});
  expect(objections({ ...FIELDS, language: 'Hebrew!' })).toEqual({
    language: '“Hebrew!” is no language tag, such as en, he or pt-BR.',
  });
});

test('control characters are taken out, line breaks stay', () => {
  expect(clean('a\r\nb\u0007\tc\uffff')).toBe('a\nb\tc');
  expect(oneLine('a\nb')).toBe('a b');
});
