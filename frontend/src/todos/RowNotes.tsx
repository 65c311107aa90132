/** What holds a change up, beside the todo it concerns, with the ways out. */
import { type Change, names } from '../offline/change';
import { Note } from '../ui/Note';
import type { App } from './app';
import { quoted } from './words';

interface RowNotesProps {
  app: App;
  held: Change[];
  onSettle(key: string): void;
}

export function RowNotes({ app, held, onSettle }: RowNotesProps) {
  return (
    <div class="row-notes">
      {held.map(change => (
        <HeldNote key={change.key} app={app} change={change} onSettle={onSettle} />
      ))}
    </div>
  );
}

export function HeldNote({
  app,
  change,
  onSettle,
}: {
  app: App;
  change: Change;
  onSettle(key: string): void;
}) {
  const { key } = change;
  if (change.refused !== undefined) {
    return (
      <Note tone="bad">
        <p>
          {failed(change)} {change.refused}
        </p>
        <p class="ways">
          <Way label="Try again" onClick={() => app.list.tryAgain(key)} />
          <Way label="Let it go" onClick={() => app.list.letGo(key)} />
        </p>
      </Note>
    );
  }
  if (change.kind === 'edit' && change.gone) {
    return (
      <Note tone="warn">
        <p>This todo was deleted elsewhere while you changed it.</p>
        <p class="ways">
          <Way label="Bring it back" onClick={() => app.list.bringBack(key)} />
          <Way label="Let it go" onClick={() => app.list.letGo(key)} />
        </p>
      </Note>
    );
  }
  return (
    <Note tone="warn">
      <p>Two versions of this todo.</p>
      <p class="ways">
        <Way label="Compare and choose" onClick={() => onSettle(key)} />
      </p>
    </Note>
  );
}

const Way = ({ label, onClick }: { label: string; onClick(): void }) => (
  <button class="way" type="button" onClick={onClick}>
    {label}
  </button>
);

/** What did not happen, in words. */
function failed(change: Change): string {
  switch (change.kind) {
    case 'create':
      return `${quoted(change.fields.title)} was not added.`;
    case 'delete':
      return 'It was not deleted.';
    case 'restore':
      return `${quoted(change.was.title)} did not come back.`;
    case 'clear':
      return 'The completed todos are still here.';
    case 'edit': {
      const { title, completed, notes } = change.to;
      if (title !== undefined) return `${quoted(title)} did not save.`;
      if (notes !== undefined) return 'The note did not save; its words are kept here.';
      if (completed !== undefined && names(change.to).length === 1) {
        return completed ? 'It is not marked as done.' : 'It is still marked as done.';
      }
      return 'The change did not save.';
    }
  }
}
