/** A value that tells those who watch it when it changes. */
import { useEffect, useState } from 'preact/hooks';

export interface Watched<Value> {
  readonly value: Value;
  watch(listener: () => void): () => void;
}

export interface State<Value> extends Watched<Value> {
  set(changes: Partial<Value>): void;
}

export function createState<Value extends object>(initial: Value): State<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get value() {
      return value;
    },
    set(changes) {
      value = { ...value, ...changes };
      for (const listener of [...listeners]) listener();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value now; the component is drawn anew when it changes. */
export function useWatched<Value>(watched: Watched<Value>): Value {
  const [value, setValue] = useState(watched.value);
  useEffect(() => {
    setValue(watched.value);
    return watched.watch(() => setValue(watched.value));
  }, [watched]);
  return value;
}
