/** What is asked before something that readers notice. */
import { useState } from 'preact/hooks';
import { Dialog } from '../ui/Dialog';
import { Note } from '../ui/Note';

interface QuestionProps {
  title: string;
  onClose(): void;
  /** Gives what went wrong, in words, or null. */
  onYes(): Promise<string | null>;
}

function useAnswer(onYes: () => Promise<string | null>, onClose: () => void) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  async function answer(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    const why = await onYes();
    setBusy(false);
    setProblem(why);
    if (why === null) onClose();
  }
  return { problem, isBusy, answer };
}

interface PublishProps extends Omit<QuestionProps, 'onYes'> {
  isFirst: boolean;
  url: string;
  onYes(announce: boolean): Promise<string | null>;
}

export function AskToPublish({ title, url, isFirst, onYes, onClose }: PublishProps) {
  const [announce, setAnnounce] = useState(false);
  const { problem, isBusy, answer } = useAnswer(() => onYes(announce), onClose);
  return (
    <Dialog
      heading={isFirst ? `Publish “${title}”?` : 'Publish the changes?'}
      summary={
        isFirst ? (
          <>
            Everybody can read it at <span class="mono">{new URL(url).pathname}</span>. You can take it back.
          </>
        ) : (
          'Readers see the post as it stands here.'
        )
      }
      onClose={onClose}
    >
      {isFirst && (
        <label class="check">
          <input
            type="checkbox"
            checked={announce}
            onChange={event => setAnnounce(event.currentTarget.checked)}
          />
          <span>
            Tell subscribers by mail<small>Once for a post, and not to be taken back.</small>
          </span>
        </label>
      )}
      {problem && <Note tone="bad">{problem}</Note>}
      <div class="answers">
        <button class="btn" type="button" onClick={onClose}>
          Not yet
        </button>
        <button class="btn primary" type="button" aria-disabled={isBusy} onClick={() => void answer()}>
          {isBusy ? 'Publishing' : 'Publish'}
        </button>
      </div>
    </Dialog>
  );
}

export function AskToUnpublish({ title, onYes, onClose }: QuestionProps) {
  const { problem, isBusy, answer } = useAnswer(onYes, onClose);
  return (
    <Dialog
      heading={`Take “${title}” back?`}
      summary="Readers find nothing at its address any more. The draft stays, and can be published again."
      onClose={onClose}
    >
      {problem && <Note tone="bad">{problem}</Note>}
      <div class="answers">
        <button class="btn" type="button" onClick={onClose}>
          Leave it there
        </button>
        <button class="btn" type="button" aria-disabled={isBusy} onClick={() => void answer()}>
          Take it back
        </button>
      </div>
    </Dialog>
  );
}

export function AskToDelete({ title, onYes, onClose }: QuestionProps) {
  const { problem, isBusy, answer } = useAnswer(onYes, onClose);
  return (
    <Dialog
      heading={`Delete “${title}”?`}
      summary="It goes away for good, draft and published post alike. There is no undo."
      onClose={onClose}
    >
      {problem && <Note tone="bad">{problem}</Note>}
      <div class="answers">
        <button class="btn" type="button" onClick={onClose}>
          Keep it
        </button>
        <button class="btn" type="button" aria-disabled={isBusy} onClick={() => void answer()}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
