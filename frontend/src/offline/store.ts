/** A small key-value store in IndexedDB. An update is one transaction, so tabs never overwrite each other. */

export interface Store {
  /** Whether what is kept outlasts the page. */
  readonly isLasting: boolean;
  read<Value>(key: string): Promise<Value | undefined>;
  /** Replaces the value by what `change` makes of it; undefined takes it away. */
  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
  ): Promise<Value | undefined>;
  /** Every value whose key starts with `prefix`. */
  list<Value>(prefix: string): Promise<Value[]>;
}

const NAME = 'mytodolist';
const TABLE = 'kept';

/** Each person on this device has their own. */
export const queueName = (sub: string): string => `queue ${sub}`;
export const copyName = (sub: string): string => `copy ${sub}`;

const PATIENCE_MS = 2_000;

/** The store of this device; where it cannot be had, or does not answer in time, one in memory. */
export async function openStoreInTime(opening = openStore(), patience = PATIENCE_MS): Promise<Store> {
  const usable = opening.then(async store => {
    // Some browsers open a store and then answer nothing.
    await store.read('');
    return store;
  });
  const over = new Promise<Store>(resolve => setTimeout(() => resolve(memoryStore()), patience));
  return Promise.race([usable.catch(memoryStore), over]);
}

async function openStore(): Promise<Store> {
  const database = await open();
  return {
    isLasting: true,
    read: key => result(database.transaction(TABLE).objectStore(TABLE).get(key)),
    update: (key, change) => update(database, key, change),
    list: prefix => {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      return result(database.transaction(TABLE).objectStore(TABLE).getAll(range));
    },
  };
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return result(request).then(database => {
    // A later version of this page may want to change the tables.
    database.onversionchange = () => database.close();
    return database;
  });
}

function update<Value>(
  database: IDBDatabase,
  key: string,
  change: (value: Value | undefined) => Value | undefined,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, 'readwrite');
    const table = transaction.objectStore(TABLE);
    let changed: Value | undefined;
    const reading = table.get(key);
    reading.onsuccess = () => {
      changed = change(reading.result);
      if (changed === undefined) table.delete(key);
      else table.put(changed, key);
    };
    transaction.oncomplete = () => resolve(changed);
    transaction.onabort = () => reject(transaction.error ?? new Error('The change was not kept'));
  });
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The store does not answer'));
  });
}

/** Where the browser gives no store, everything lasts as long as the page. */
export function memoryStore(): Store {
  const kept = new Map<string, unknown>();
  return {
    isLasting: false,
    read: async <Value>(key: string) => kept.get(key) as Value | undefined,
    update: async <Value>(key: string, change: (value: Value | undefined) => Value | undefined) => {
      const changed = change(kept.get(key) as Value | undefined);
      if (changed === undefined) kept.delete(key);
      else kept.set(key, changed);
      return changed;
    },
    list: async <Value>(prefix: string) =>
      [...kept].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value as Value),
  };
}
