import { expect, test } from 'vitest';
import { type Message, objections } from './contact';

const aMessage = (changes: Partial<Message> = {}): Message => ({
  name: 'Tove',
  email: 'tove@example.com',
  message: 'I ride the same train.',
  ...changes,
});

const fields = (message: Message) => objections(message).map(({ field }) => field);

test('a whole message may go', () => {
  expect(objections(aMessage())).toEqual([]);
});

test('every field that lacks something is named', () => {
  expect(fields({ name: ' ', email: 'tove', message: '\n' })).toEqual(['name', 'email', 'message']);
});

test('5,000 characters and not one more, counted as people count them', () => {
  expect(fields(aMessage({ message: '😀'.repeat(5_000) }))).toEqual([]);
  expect(objections(aMessage({ message: 'a'.repeat(5_001) }))).toEqual([
    { field: 'message', message: 'A message holds 5,000 characters; this one has 5,001.' },
  ]);
});
