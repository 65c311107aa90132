import { expect, test } from 'vitest';
import { createDrafts } from '../offline/drafts';
import { aStorage } from '../testing/storage';
import { createCopies } from './copies';

const FIELDS = { title: 'Shelves', summary: '', body: '', tags: [], cover: null, language: null };
const copy = (body: string, at: string) => ({ base: FIELDS, version: 1, fields: { ...FIELDS, body }, at });

function tabs() {
  const drafts = createDrafts(aStorage(), 's-1');
  const open = new Set<string>();
  return {
    close: (tab: string) => open.delete(tab),
    tab(name: string) {
      open.add(name);
      return createCopies({ drafts, tab: name, isOpen: async of => open.has(of) });
    },
  };
}

test('a closed tab leaves its words to the next, once', async () => {
  const { tab, close } = tabs();
  tab('a').keep('shelves', copy('typed', '10:00'));
  close('a');
  expect((await tab('b').takeOver('shelves'))?.fields.body).toBe('typed');
  expect(await tab('c').takeOver('shelves')).toBeNull();
});

test('what is saved is left to nobody', async () => {
  const { tab, close } = tabs();
  const a = tab('a');
  a.keep('shelves', copy('typed', '10:00'));
  a.forget('shelves');
  close('a');
  expect(await tab('b').takeOver('shelves')).toBeNull();
});

test('an open tab keeps its own', async () => {
  const { tab } = tabs();
  tab('a').keep('shelves', copy('typed', '10:00'));
  expect(await tab('b').takeOver('shelves')).toBeNull();
});

test('of two, the newest comes first and the other is not lost', async () => {
  const { tab, close } = tabs();
  tab('a').keep('shelves', copy('older', '10:00'));
  tab('b').keep('shelves', copy('newer', '11:00'));
  close('a');
  close('b');
  const c = tab('c');
  expect((await c.takeOver('shelves'))?.fields.body).toBe('newer');
  c.forget('shelves');
  expect((await c.takeOver('shelves'))?.fields.body).toBe('older');
});

test('copies belong to one post each', async () => {
  const { tab, close } = tabs();
  tab('a').keep('shelves', copy('typed', '10:00'));
  close('a');
  expect(await tab('b').takeOver('shelves-2')).toBeNull();
});
