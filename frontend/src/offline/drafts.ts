/** Words that are typed but not yet saved. Written at every keystroke, so that a reload loses none. */

export type Drafts = ReturnType<typeof createDrafts>;

export function createDrafts(storage: Storage, owner: string) {
  const prefix = `draft ${owner} `;
  return {
    read: (name: string): string | null => storage.getItem(prefix + name),
    write(name: string, text: string): void {
      try {
        storage.setItem(prefix + name, text);
      } catch {
        // The storage is full: the words are still on the screen.
      }
    },
    forget: (name: string): void => storage.removeItem(prefix + name),
    /** The names that start with `kind`, without it. */
    names(kind: string): string[] {
      const start = prefix + kind;
      return Object.keys(storage)
        .filter(key => key.startsWith(start))
        .map(key => key.slice(start.length));
    },
  };
}
