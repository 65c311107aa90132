/** The open todo: its note, its photos, its date and its tags. */
import { useState } from 'preact/hooks';
import type { Todo } from '../api/types';
import { Icon } from '../ui/Icon';
import { readable } from '../ui/text';
import type { App } from './app';
import { Due } from './Due';
import type { Day } from './dates';
import { Notes } from './Notes';
import { Photos, usePhotoFiles } from './Photos';
import { Tags } from './Tags';

interface SheetProps {
  app: App;
  todo: Todo;
  today: Day;
  onClose(): void;
}

export function Sheet({ app, todo, today, onClose }: SheetProps) {
  const { take, objection } = usePhotoFiles(app, todo);
  const [isOver, setOver] = useState(false);

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer?.files);
  }

  function onDragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  }

  function onPaste(event: ClipboardEvent): void {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    void take(event.clipboardData.files);
  }

  return (
    // A further way to add photos, beside the button
    <div
      class={`sheet-body ${isOver ? 'dropping' : ''}`}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onPaste={onPaste}
    >
      <Notes app={app} todo={todo} />
      <Photos app={app} todo={todo} onFiles={files => void take(files)} />
      {objection && (
        <p class="hint bad" role="alert">
          {objection}
        </p>
      )}
      <div class="chips">
        <Due todo={todo} today={today} onChange={due_on => app.list.edit(todo, { due_on, due_at: null })} />
        <Tags todo={todo} suggestions={tagsOf(app)} onChange={tags => app.list.edit(todo, { tags })} />
        <button
          class="fold"
          type="button"
          aria-expanded="true"
          aria-label={`Close: ${readable(todo.title)}`}
          onClick={onClose}
        >
          <Icon name="fold" />
        </button>
      </div>
    </div>
  );
}

function tagsOf(app: App): string[] {
  const all = [...app.list.state.value.todos.values()].flatMap(todo => todo.tags);
  return [...new Set(all)].sort((one, other) => one.localeCompare(other));
}
