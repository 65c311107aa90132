import { expect, test } from 'vitest';
import { aClock } from '../testing/clock';
import { createConnection } from './connection';

function aConnection() {
  const clock = aClock();
  const probes: number[] = [];
  let isUp = false;
  const connection = createConnection({
    later: clock.later,
    async probe() {
      probes.push(clock.now());
      if (!isUp) throw new Error('down');
    },
  });
  const heard: boolean[] = [];
  connection.listen(isReachable => heard.push(isReachable));
  return { clock, connection, probes, heard, comeUp: () => (isUp = true), goDown: () => (isUp = false) };
}

test('a lost connection is looked for, ever more patiently', async () => {
  const { clock, connection, probes } = aConnection();
  connection.lost();
  await clock.pass(100_000);
  expect(probes).toEqual([2_000, 6_000, 14_000, 30_000, 60_000, 90_000]);
});

test('it is told once when it goes and once when it is back', async () => {
  const { clock, connection, heard, comeUp } = aConnection();
  connection.lost();
  connection.lost();
  await clock.pass(1_000);
  comeUp();
  await clock.pass(10_000);
  expect(heard).toEqual([false, true]);
  expect(connection.isReachable).toBe(true);
});

test('once back, nothing looks any more', async () => {
  const { clock, connection, probes, comeUp } = aConnection();
  connection.lost();
  comeUp();
  await clock.pass(2_000);
  connection.found();
  await clock.pass(100_000);
  expect(probes).toHaveLength(1);
});

test('the browser may ask at any time, and be wrong', async () => {
  const { connection, comeUp, heard } = aConnection();
  comeUp();
  await connection.check();
  expect(heard).toEqual([]);
  expect(connection.isReachable).toBe(true);
});

test('a probe that succeeds while calls keep failing does not make the waits short again', async () => {
  const { clock, connection, probes, comeUp } = aConnection();
  comeUp();
  for (const wait of [2_000, 4_000, 8_000]) {
    connection.lost();
    await clock.pass(wait - 1);
    expect(connection.isReachable).toBe(false);
    await clock.pass(1);
    expect(connection.isReachable).toBe(true);
  }
  expect(probes).toEqual([2_000, 6_000, 14_000]);
});

test('an answer to a call from before the network went does not hide that it is gone', async () => {
  const { clock, connection, heard, comeUp } = aConnection();
  // given a call that is under way when the browser says that the network has gone
  await connection.check();
  // when its answer arrives after that
  connection.found();
  await clock.pass(1);
  // then the network is still gone, and is looked for
  expect(heard).toEqual([false]);
  comeUp();
  await clock.pass(10_000);
  expect(heard).toEqual([false, true]);
});
