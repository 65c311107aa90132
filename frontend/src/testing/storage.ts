/** A browser's storage in memory; with a limit it fills up. */
export function aStorage(limit = Number.POSITIVE_INFINITY): Storage {
  const target: Record<string, string> = {};
  const methods = {
    getItem: (key: string) => target[key] ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > limit) throw new DOMException('full', 'QuotaExceededError');
      target[key] = value;
    },
    removeItem: (key: string) => {
      delete target[key];
    },
  };
  return new Proxy(target, {
    get: (_, name: string) => methods[name as keyof typeof methods] ?? target[name],
  }) as never;
}
