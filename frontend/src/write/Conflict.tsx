/** The choice between two versions of a post. */
import { useMemo, useState } from 'preact/hooks';
import type { ServerTime } from '../api/server-time';
import { dayOf, momentInWords } from '../todos/dates';
import { differences, type Piece } from '../todos/differences';
import { Dialog } from '../ui/Dialog';
import { Note } from '../ui/Note';
import { condense } from './condense';
import { type FieldName, type Fields, fieldsOf } from './fields';
import type { Choice, Post } from './saving';

const LABELS: Record<FieldName, string> = {
  title: 'Title',
  summary: 'Summary',
  body: 'Text',
  tags: 'Tags',
  cover: 'Cover',
  language: 'Language',
};

interface ConflictProps {
  post: Post;
  time: ServerTime;
  onChoose(choice: Choice): Promise<void>;
  onClose(): void;
}

export function Conflict({
  post: { theirs, clashing, fields, problem },
  time,
  onChoose,
  onClose,
}: ConflictProps) {
  const [isBusy, setBusy] = useState(false);
  const rows = useMemo(
    () => (theirs ? clashing.map(name => row(name, fields, fieldsOf(theirs))) : []),
    [theirs, clashing],
  );
  if (!theirs) return null;

  async function choose(choice: Choice): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    await onChoose(choice);
    setBusy(false);
  }

  return (
    <Dialog
      class="conflict"
      heading="Two versions of one post"
      summary="It was changed elsewhere while you were writing. Differences are marked; what only one side changed is joined. Nothing is lost until you choose."
      onClose={onClose}
    >
      <div class="sides">
        <section class="side" aria-label="Mine">
          <h3>
            Mine<small>This device, just now</small>
          </h3>
          <dl>
            {rows.map(({ name, mine }) => (
              <Line key={name} name={name} pieces={mine} />
            ))}
          </dl>
          <button class="btn" type="button" onClick={() => void choose('mine')}>
            Keep mine
          </button>
        </section>
        <section class="side" aria-label="Theirs">
          <h3>
            Theirs<small>Elsewhere, {momentInWords(theirs.updated_at, dayOf(time.now()))}</small>
          </h3>
          <dl>
            {rows.map(({ name, theirs: other }) => (
              <Line key={name} name={name} pieces={other} />
            ))}
          </dl>
          <button class="btn" type="button" onClick={() => void choose('theirs')}>
            Keep theirs
          </button>
        </section>
      </div>
      <div class="both row">
        <p>Not sure? Keep theirs here, and mine as a draft of its own.</p>
        <button class="btn" type="button" onClick={() => void choose('both')}>
          Keep both
        </button>
      </div>
      {problem && <Note tone="bad">{problem}</Note>}
    </Dialog>
  );
}

interface Row {
  name: FieldName;
  mine: Piece[];
  theirs: Piece[];
}

function row(name: FieldName, one: Fields, other: Fields): Row {
  const [mine, theirs] = differences(said(name, one), said(name, other));
  return { name, mine: condense(mine), theirs: condense(theirs) };
}

function said(name: FieldName, fields: Fields): string {
  if (name === 'tags') return fields.tags.join(', ') || 'None';
  if (name === 'cover') return fields.cover ? `Photo ${fields.cover.slice(-6)}` : 'None';
  return fields[name] || 'None';
}

function Line({ name, pieces }: { name: FieldName; pieces: Piece[] }) {
  return (
    <div>
      <dt>{LABELS[name]}</dt>
      <dd dir="auto">{pieces.map(({ text, isDifferent }) => (isDifferent ? <mark>{text}</mark> : text))}</dd>
    </div>
  );
}
