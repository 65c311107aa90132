import { expect, test } from 'vitest';
import { condense } from './condense';

const same = (text: string) => ({ text, isDifferent: false });
const other = (text: string) => ({ text, isDifferent: true });
const LONG = 'word '.repeat(200);

test('short texts stay whole', () => {
  const pieces = [same('before '), other('mine'), same(' after')];
  expect(condense(pieces)).toEqual(pieces);
});

test('what leads up to a difference stays, what is far from it goes', () => {
  const [before, difference, between, , after] = condense([
    same(LONG),
    other('mine'),
    same(LONG),
    other('too'),
    same(LONG),
  ]);
  expect(before?.text).toMatch(/^…( word)+ $/);
  expect(difference).toEqual(other('mine'));
  expect(between?.text).toMatch(/^(word )+…( word)+ $/);
  expect(after?.text).toMatch(/^(word )+…$/);
  expect(between?.text.length).toBeLessThan(250);
});
