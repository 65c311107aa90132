import { expect, test } from 'vitest';
import { isPhotoType, objection, tidyName } from './check';

const file = (type: string, size = 10, name = 'a.jpg') => ({ name, type, size });

test.each(['image/jpeg', 'image/png', 'image/webp', 'image/gif'])('%s may be sent', type => {
  expect(objection(file(type))).toBeNull();
  expect(isPhotoType(type)).toBe(true);
});

test.each(['image/svg+xml', 'text/html', 'application/pdf', '', 'image/heic'])('%j may not', type => {
  expect(objection(file(type, 10, 'x'))).toBe('x is not a JPEG, PNG, WebP or GIF picture.');
});

test('an empty file may not', () => {
  expect(objection(file('image/png', 0))).toContain('is empty');
});

test('a name fits what the API takes', () => {
  expect(tidyName(' holiday\n2026.jpg ')).toBe('holiday 2026.jpg');
  expect(tidyName('photo\u202egpj.exe\u2028')).toBe('photogpj.exe');
  expect(tidyName('\u0007')).toBe('photo');
  const long = tidyName(`${'é'.repeat(300)}.jpeg`);
  expect([...long]).toHaveLength(255);
  expect(long.endsWith('.jpeg')).toBe(true);
});
