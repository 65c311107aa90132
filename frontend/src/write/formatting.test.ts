import { expect, test } from 'vitest';
import {
  type Format,
  format,
  insertBlock,
  photoMarkdown,
  type Replacement,
  withoutPhoto,
  wordsIn,
} from './formatting';

/** `|` marks the selection, before and after. */
function formatted(kind: Format, marked: string): string {
  const { text, selection } = parse(marked);
  return show(text, format(kind, text, selection));
}

function parse(marked: string) {
  const [before = '', chosen = '', after = ''] = marked.split('|');
  return {
    text: before + chosen + after,
    selection: { start: before.length, end: before.length + chosen.length },
  };
}

function show(text: string, { start, end, text: inserted, select }: Replacement): string {
  const whole = text.slice(0, start) + inserted + text.slice(end);
  return `${whole.slice(0, select.start)}|${whole.slice(select.start, select.end)}|${whole.slice(select.end)}`;
}

test.each<[Format, string, string]>([
  ['bold', 'so |very| small', 'so **|very|** small'],
  ['bold', 'so **|very|** small', 'so |very| small'],
  ['bold', 'so || small', 'so **|bold|** small'],
  ['italic', '||', '*|italic|*'],
  ['heading', 'one\ntw|o|\nthree', 'one\n## |two|\nthree'],
  ['heading', 'one\n## tw|o|', 'one\n|two|'],
  ['heading', 'one\n||', 'one\n## |Heading|'],
  ['quote', '|one\ntwo|', '> |one\n> two|'],
  ['link', 'see |this|.', 'see [this](|https://|).'],
  ['link', '|https://example.com|', '[|words|](https://example.com)'],
  ['code', 'call |flush|', 'call `|flush|`'],
  ['code', '|one\ntwo\n|', '```||\none\ntwo\n```'],
])('%s: %j becomes %j', (kind, before, after) => {
  expect(formatted(kind, before)).toBe(after);
});

test.each([
  ['||', 'X\n||'],
  ['one||', 'one\n\nX\n||'],
  ['one\n||\ntwo', 'one\n\nX\n||\ntwo'],
  ['one||two', 'one\n\nX\n\n||two'],
])('a block stands on lines of its own: %j becomes %j', (before, after) => {
  const { text, selection } = parse(before);
  expect(show(text, insertBlock('X', text, selection))).toBe(after);
});

test('a photo has words, and goes without a trace', () => {
  expect(photoMarkdown('M1', 'old [gauge].jpg')).toBe('![old  gauge ](photo:M1)');
  const body = `one\n\n${photoMarkdown('M1', 'a.jpg')}\n\ntwo ${photoMarkdown('M2', 'b.jpg')}`;
  expect(withoutPhoto(body, 'M1')).toBe('one\n\ntwo ![b](photo:M2)');
});

test('words are counted as people would', () => {
  expect(wordsIn('It’s a *well-known* café, 2 of 3.')).toBe(7);
  expect(wordsIn(' \n')).toBe(0);
});
