import { expect, test } from 'vitest';
import { codeIn, linked, nameIn } from './mail';

test.each([
  ['084937 is your MyTodoList code', '', '084937'],
  ['Your code', 'It is 482913. Type it soon.', '482913'],
  ['Order 1234567', 'No code: 12345', null],
  ['Welcome', 'https://example.com/confirm?token=123456-abc', null],
])('the code in %j, %j is %j', (subject, text, code) => {
  expect(codeIn({ subject, text })).toBe(code);
});

test.each([
  ['MyTodoList <hello@mytodolist.local>', 'MyTodoList'],
  ['"Ines, of MyBlog" <ines@example.com>', 'Ines, of MyBlog'],
  ['hello@mytodolist.local', 'hello@mytodolist.local'],
  ['<hello@mytodolist.local>', 'hello@mytodolist.local'],
])('%s is from %s', (from, name) => {
  expect(nameIn(from)).toBe(name);
});

test('addresses in a text become links, without the full stop', () => {
  expect(linked('Go to http://127.0.0.1:8080/confirm?t=1.\nBye')).toEqual([
    { text: 'Go to ', isLink: false },
    { text: 'http://127.0.0.1:8080/confirm?t=1', isLink: true },
    { text: '.\nBye', isLink: false },
  ]);
  expect(linked('No address here: javascript:alert(1)').some(part => part.isLink)).toBe(false);
});
