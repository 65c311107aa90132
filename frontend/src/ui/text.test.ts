import { expect, test } from 'vitest';
import { readable } from './text';

test.each([
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['\u2067שלום\u2069 \u202aa\u202c', 'שלום a'],
  ['สวัสดี שלום 👩\u200d🚀', 'สวัสดี שלום 👩\u200d🚀'],
])('what turns text around is not shown: %j', (text, shown) => {
  expect(readable(text)).toBe(shown);
});
