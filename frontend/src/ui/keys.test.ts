import { expect, test } from 'vitest';
import { isEnter } from './keys';

const press = (changes: Partial<KeyboardEvent> = {}) => ({
  key: 'Enter',
  isComposing: false,
  keyCode: 13,
  ...changes,
});

test('Enter is Enter', () => {
  expect(isEnter(press())).toBe(true);
  expect(isEnter(press({ key: 'a', keyCode: 65 }))).toBe(false);
});

test('the Enter that confirms a word of an input method is none, in Safari either', () => {
  expect(isEnter(press({ isComposing: true }))).toBe(false);
  expect(isEnter(press({ keyCode: 229 }))).toBe(false);
});
