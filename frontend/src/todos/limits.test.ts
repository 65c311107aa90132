import { expect, test } from 'vitest';
import { notesObjection, oneLine, tagObjection, titleObjection } from './limits';

test('titles are on one line, without what cannot be seen', () => {
  expect(oneLine('  Buy\tstamps\r\nand\u0000 tea \uffff\n')).toBe('Buy stamps and tea');
  expect(oneLine('\u200b \u2060\u3164\ufeff')).toBe('');
  expect(oneLine('❤️')).toBe('❤️');
});

test('lengths count characters as people do, after trimming', () => {
  expect(titleObjection(` ${'a'.repeat(500)} `)).toBeNull();
  expect(titleObjection('🌱'.repeat(500))).toBeNull();
  expect(titleObjection('a'.repeat(501))).toBe(
    'A title holds 500 characters; this one has 501. The rest fits into the note.',
  );
  expect(notesObjection('n'.repeat(20_000))).toBeNull();
  expect(notesObjection('n'.repeat(20_001))).toContain('20,001');
});

test('a tag is short, new, and one of ten', () => {
  expect(tagObjection('home', [])).toBeNull();
  expect(tagObjection('a'.repeat(41), [])).toContain('40');
  expect(tagObjection(' home ', ['home'])).toContain('already');
  expect(tagObjection('more', Array(10).fill('t'))).toContain('10');
});
