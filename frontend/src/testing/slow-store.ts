/** A store like a disk: whatever is asked of it takes its time, one after the other. */
import { memoryStore, type Store } from '../offline/store';

export function slowStore(turns: () => number): Store {
  const quick = memoryStore();
  let last: Promise<unknown> = Promise.resolve();

  async function pause(): Promise<void> {
    for (let left = turns(); left > 0; left -= 1) await Promise.resolve();
  }

  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = last.then(pause).then(work);
    last = mine.then(pause, () => undefined);
    return mine;
  }

  return {
    isLasting: true,
    read: key => inTurn(() => quick.read(key)),
    update: (key, change) => inTurn(() => quick.update(key, change)),
    list: prefix => inTurn(() => quick.list(prefix)),
  };
}
