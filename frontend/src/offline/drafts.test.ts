import { expect, test } from 'vitest';
import { aStorage } from '../testing/storage';
import { createDrafts } from './drafts';

test('words are kept, read and forgotten by name', () => {
  const drafts = createDrafts(aStorage(), 'ines');
  drafts.write('new', 'Buy st');
  expect(drafts.read('new')).toBe('Buy st');
  drafts.forget('new');
  expect(drafts.read('new')).toBeNull();
});

test('each person has their own', () => {
  const storage = aStorage();
  createDrafts(storage, 'ines').write('new', 'secret');
  expect(createDrafts(storage, 'tove').read('new')).toBeNull();
});

test('drafts of one kind are found', () => {
  const drafts = createDrafts(aStorage(), 'ines');
  drafts.write('title 01A', 'a');
  drafts.write('notes 01B', 'b');
  expect(drafts.names('title ')).toEqual(['01A']);
});

test('a full storage stops nobody from typing', () => {
  const drafts = createDrafts(aStorage(3), 'ines');
  expect(() => drafts.write('new', 'too long')).not.toThrow();
});
