/** The choice between two versions of a todo. */
import { useMemo } from 'preact/hooks';
import type { Todo } from '../api/types';
import type { Edit } from '../offline/change';
import { merge } from '../offline/merge';
import type { Choice } from '../offline/settle';
import { Dialog } from '../ui/Dialog';
import { readable } from '../ui/text';
import { type Day, dueOf, momentInWords, short } from './dates';
import { differences, type Piece } from './differences';

interface ConflictProps {
  edit: Edit;
  today: Day;
  onChoose(choice: Choice): void;
  onClose(): void;
}

export function Conflict({ edit, today, onChoose, onClose }: ConflictProps) {
  const rows = useMemo(() => rowsOf(edit, today), [edit, today]);
  if (!edit.theirs) return null;
  return (
    <Dialog
      class="conflict"
      heading="Two versions of one todo"
      summary="It was changed elsewhere while your change was on its way. Differences are marked. Nothing is lost until you choose."
      onClose={onClose}
    >
      <div class="sides">
        <section class="side" aria-label="Mine">
          <h3>
            Mine<small>This device, {momentInWords(edit.at, today)}</small>
          </h3>
          <dl>
            {rows.map(({ name, mine }) => (
              <Line key={name} name={name} pieces={mine} />
            ))}
          </dl>
          <button class="btn" type="button" onClick={() => onChoose('mine')}>
            Keep mine
          </button>
        </section>
        <section class="side" aria-label="Theirs">
          <h3>
            Theirs<small>Elsewhere, {momentInWords(edit.theirs.updated_at, today)}</small>
          </h3>
          <dl>
            {rows.map(({ name, theirs }) => (
              <Line key={name} name={name} pieces={theirs} />
            ))}
          </dl>
          <button class="btn" type="button" onClick={() => onChoose('theirs')}>
            Keep theirs
          </button>
        </section>
      </div>
      <div class="both row">
        <p>Really two things? Keep them as two todos.</p>
        <button class="btn" type="button" onClick={() => onChoose('both')}>
          Keep both
        </button>
      </div>
    </Dialog>
  );
}

interface Row {
  name: string;
  mine: Piece[];
  theirs: Piece[];
}

function rowsOf({ seen, to, theirs: found }: Edit, today: Day): Row[] {
  if (!found) return [];
  // What only one side changed clashes with nothing, so both columns have it.
  const theirs = { ...found, ...merge(seen, to, found).rest };
  const mine = { ...theirs, ...to };
  const due = (todo: Pick<Todo, 'due_on' | 'due_at'>) => {
    const found = dueOf(todo);
    return found ? short(found.day, today) + found.time : 'None';
  };
  const tags = (all: string[]) => all.join(', ') || 'None';
  return [
    row('Title', mine.title, theirs.title),
    row('Note', mine.notes || 'None', theirs.notes || 'None'),
    row('Due', due(mine), due(theirs)),
    row('Tags', tags(mine.tags), tags(theirs.tags)),
  ];
}

function row(name: string, one: string, other: string): Row {
  const [mine, theirs] = differences(readable(one), readable(other));
  return { name, mine, theirs };
}

function Line({ name, pieces }: { name: string; pieces: Piece[] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{pieces.map(({ text, isDifferent }) => (isDifferent ? <mark>{text}</mark> : text))}</dd>
    </div>
  );
}
