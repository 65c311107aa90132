/** A todo's note: written in place, saved when left. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Todo } from '../api/types';
import { isComposing, isEnter } from '../ui/keys';
import { clean } from '../ui/text';
import type { App } from './app';
import { notesObjection } from './limits';

interface NotesDraft {
  text: string;
  /** The todo as it was when the writing began. */
  seen: Todo;
}

export const notesDraftName = (id: string): string => `notes ${id}`;

export function Notes({ app: { drafts, list }, todo }: { app: App; todo: Todo }) {
  const [draft, setDraft] = useState<NotesDraft | null>(() => {
    const kept = drafts.read(notesDraftName(todo.id));
    return kept === null ? null : JSON.parse(kept);
  });
  const [isKept] = useState(draft !== null);
  const hint = useId();
  const text = draft?.text ?? todo.notes;
  const objection = notesObjection(text);

  function write(words: string): void {
    const changed = { text: words, seen: draft?.seen ?? todo };
    setDraft(changed);
    drafts.write(notesDraftName(todo.id), JSON.stringify(changed));
  }

  const latest = useRef({ draft, objection, id: todo.id });
  latest.current = { draft, objection, id: todo.id };

  function save(): void {
    const { draft, objection, id } = latest.current;
    if (!draft || objection) return;
    latest.current = { draft: null, objection: null, id };
    drafts.forget(notesDraftName(id));
    setDraft(null);
    if (draft.text !== draft.seen.notes) list.edit({ ...draft.seen, id }, { notes: draft.text });
  }
  // The sheet can be closed without a blur.
  useEffect(() => save, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (event.key === 'Escape') event.currentTarget instanceof HTMLElement && event.currentTarget.blur();
    if (isEnter(event) && (event.ctrlKey || event.metaKey)) save();
  }

  return (
    <div class="notes">
      <textarea
        aria-label="Note"
        aria-invalid={objection !== null}
        aria-describedby={objection || isKept ? hint : undefined}
        placeholder="Add a note"
        rows={Math.min(14, Math.max(2, text.split('\n').length))}
        dir="auto"
        value={text}
        onInput={event => write(clean(event.currentTarget.value))}
        onKeyDown={onKeyDown}
        onBlur={save}
      />
      {objection && (
        <p class="hint bad" id={hint} role="alert">
          {objection}
        </p>
      )}
      {!objection && isKept && draft && (
        <p class="hint" id={hint}>
          These words were not saved yet. They are when you leave the note.
        </p>
      )}
    </div>
  );
}
