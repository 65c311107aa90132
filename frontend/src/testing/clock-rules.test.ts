import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { clockRules } from '../../build/clock-rules.js';

const complaints = (code: string) => new Linter().verify(code, [{ rules: clockRules }]).length;

test.each([
  'export const today = () => dayOf(new Date());',
  'export const at = () => new Date(Date.now() + offset);',
  'export const now = Date.now;',
  'export const tomorrow = date => new Date(date.getTime() + 86_400_000);',
  'export const WEEK_MS = 7 * 24 * 60 * 60_000;',
])('what trusts the device or counts days by hours is found: %s', code => {
  expect(complaints(code)).toBe(1);
});

test('a moment that was given is no use of a clock', () => {
  expect(complaints('export const day = given => dayOf(new Date(given.created_at));')).toBe(0);
});
