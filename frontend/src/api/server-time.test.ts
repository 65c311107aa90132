import { expect, test } from 'vitest';
import { createServerTime, signingTime } from './server-time';

const DEVICE = Date.parse('2026-11-29T12:00:00Z');

test.each(['Sun, 29 Nov 2026 12:20:00 GMT', 'Sat, 28 Nov 2026 12:00:00 GMT'])(
  'the time goes on from what a server said: %s',
  date => {
    let device = DEVICE;
    const time = createServerTime(() => device);
    time.learn(date);
    device += 1_000;
    expect(time.now().getTime()).toBe(Date.parse(date) + 1_000);
  },
);

test('until a server has said it, and after an answer that does not, it is the device’s', () => {
  const time = createServerTime(() => DEVICE);
  for (const date of [null, '', 'yesterday']) time.learn(date);
  expect(time.now().getTime()).toBe(DEVICE);
});

test('a device whose clock has been put right is followed', () => {
  let device = DEVICE;
  const time = createServerTime(() => device);
  time.learn('Sun, 29 Nov 2026 12:20:00 GMT');
  device += 20 * 60_000;
  time.learn('Sun, 29 Nov 2026 12:20:00 GMT');
  expect(time.now().getTime()).toBe(Date.parse('2026-11-29T12:20:00Z'));
});

test.each([59, -59])('a difference of %i seconds may be the answer’s own delay, and is none', seconds => {
  const time = createServerTime(() => DEVICE);
  time.learn(new Date(DEVICE + seconds * 1_000).toUTCString());
  expect(time.now().getTime()).toBe(DEVICE);
});

test('who shows the time hears when it moves, until they have heard enough', () => {
  const time = createServerTime(() => DEVICE);
  const heard: string[] = [];
  const end = time.onCorrection(() => heard.push(time.now().toISOString()));
  for (const date of ['12:20:00', '12:20:10', '12:00:01']) time.learn(`Sun, 29 Nov 2026 ${date} GMT`);
  end();
  time.learn('Sun, 29 Nov 2026 13:00:00 GMT');
  expect(heard).toEqual(['2026-11-29T12:20:00.000Z', '2026-11-29T12:00:00.000Z']);
});

test('a signature writes it without dashes, colons and fractions', () => {
  expect(signingTime(new Date(DEVICE))).toBe('20261129T120000Z');
});
