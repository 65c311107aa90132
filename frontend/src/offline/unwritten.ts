/** What a queue could not write to this device: it goes before what is on the disk until a write succeeds. */
import type { Change } from './change';
import type { Kept } from './queue';

export interface Unwritten {
  /** The queue as this page has it. */
  kept: Kept;
  /** The keys of changes that the disk may still have, and that are settled or joined to others. */
  gone: ReadonlySet<string>;
}

const keysOf = (changes: Change[]): Set<string> => new Set(changes.map(({ key }) => key));

/** The queue on the disk with what could not be written: what other tabs have written stays. */
export function withUnwritten(disk: Kept, unwritten: Unwritten | null): Kept {
  if (!unwritten) return disk;
  const { kept, gone } = unwritten;
  const ours = keysOf(kept.changes);
  const theirs = disk.changes.filter(({ key }) => !ours.has(key) && !gone.has(key));
  const names = disk.names.filter(({ own }) => kept.names.every(each => each.own !== own));
  return { changes: [...theirs, ...kept.changes], names: [...names, ...kept.names] };
}

/** A write has failed that would have made `before` into `kept`. */
export function notWritten(unwritten: Unwritten | null, before: Kept, kept: Kept): Unwritten {
  const left = keysOf(kept.changes);
  const gone = before.changes.map(({ key }) => key).filter(key => !left.has(key));
  return { kept, gone: new Set([...(unwritten?.gone ?? []), ...gone]) };
}
