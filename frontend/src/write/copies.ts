/**
 * What was typed and is not saved yet, kept on this device at every keystroke. Each tab has copies of its own, so two
 * that write on the same post never overwrite each other's; what a closed tab left is taken over by the next.
 */
import type { Drafts } from '../offline/drafts';
import { type Fields, fieldsOf } from './fields';

export interface Copy {
  /** What the post was when these words were typed. */
  base: Fields;
  version: number;
  fields: Fields;
  /** When it was typed (RFC 3339). */
  at: string;
}

export interface CopyParts {
  drafts: Drafts;
  tab: string;
  /** Whether that tab is open somewhere. */
  isOpen(tab: string): Promise<boolean>;
}

export type Copies = ReturnType<typeof createCopies>;

export function createCopies({ drafts, tab, isOpen }: CopyParts) {
  const name = (slug: string, of: string) => `post ${slug} ${of}`;

  function read(slug: string, of: string): Copy | null {
    try {
      const copy: Copy | null = JSON.parse(drafts.read(name(slug, of)) ?? 'null');
      return copy && { ...copy, base: fieldsOf(copy.base), fields: fieldsOf(copy.fields) };
    } catch {
      return null;
    }
  }

  return {
    keep: (slug: string, copy: Copy): void => drafts.write(name(slug, tab), JSON.stringify(copy)),
    forget: (slug: string): void => drafts.forget(name(slug, tab)),
    /** Takes over the newest copy that a closed tab has left; another one waits for the next time. */
    async takeOver(slug: string): Promise<Copy | null> {
      const left: { from: string; copy: Copy }[] = [];
      for (const from of drafts.names(`post ${slug} `)) {
        const copy = from === tab || !(await isOpen(from)) ? read(slug, from) : null;
        if (copy) left.push({ from, copy });
      }
      const [newest] = left.sort((one, other) => (one.copy.at < other.copy.at ? 1 : -1));
      if (!newest) return null;
      drafts.write(name(slug, tab), JSON.stringify(newest.copy));
      if (newest.from !== tab) drafts.forget(name(slug, newest.from));
      return newest.copy;
    },
  };
}
