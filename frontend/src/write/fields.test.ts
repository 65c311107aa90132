import { expect, test } from 'vitest';
import { changed, fieldsOf, join } from './fields';

const BASE = { title: 'Shelves', summary: '', body: 'One.', tags: ['data'], cover: null, language: null };

test('what differs is named', () => {
  expect(changed(BASE, { ...BASE, tags: ['data'] })).toEqual([]);
  expect(changed(BASE, { ...BASE, tags: ['data', 'b'], cover: 'M1' })).toEqual(['tags', 'cover']);
});

test('what was kept on the device before posts had a language has none', () => {
  const { language: _, ...old } = BASE;
  expect(fieldsOf(old as typeof BASE)).toEqual(BASE);
});

test('changes to different fields join by themselves', () => {
  const joined = join(BASE, { ...BASE, title: 'Fewer shelves' }, { ...BASE, body: 'Two.' });
  expect(joined).toEqual({ fields: { ...BASE, title: 'Fewer shelves', body: 'Two.' }, clashing: [] });
});

test('the same change on both sides is none to settle', () => {
  const both = { ...BASE, body: 'Two.' };
  expect(join(BASE, both, both).clashing).toEqual([]);
});

test('different changes to one field wait for a choice, and the rest joins', () => {
  const joined = join(BASE, { ...BASE, body: 'Mine.', tags: [] }, { ...BASE, body: 'Theirs.', title: 'New' });
  expect(joined).toEqual({ fields: { ...BASE, title: 'New', body: 'Mine.', tags: [] }, clashing: ['body'] });
});
