import { expect, test } from 'vitest';
import { disarmed } from './HtmlMail';

test('styles and handlers get other names, wherever they stand in a tag', () => {
  expect(disarmed('<p style="color: red" class="a">')).toBe('<p data-style="color: red" class="a">');
  expect(disarmed("<IMG src=x OnError = 'x()'>")).toBe("<IMG src=x data-off = 'x()'>");
  expect(disarmed('<style type="text/css">p > a { }</style>')).toBe(
    '<textarea data-sheet>p > a { }</textarea>',
  );
});

test('words are left alone', () => {
  const words = '<p>In style = good. Based on facts = better.</p>';
  expect(disarmed(words)).toBe(words);
});
