/** The photos of the open todo: those attached, those on their way, and the way to add more. */
import { useRef, useState } from 'preact/hooks';
import type { Attachment, Todo } from '../api/types';
import { Chooser } from '../photos/Chooser';
import { MAX_PHOTOS } from '../photos/check';
import { prepare } from '../photos/prepare';
import type { Upload } from '../photos/uploads';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/Dialog';
import { focusSoon } from '../ui/focus';
import { Icon } from '../ui/Icon';
import { useWatched } from '../ui/state';
import { readable } from '../ui/text';
import type { App } from './app';
import { Photo } from './Photo';
import { quoted } from './words';

/** Takes files that were chosen, dropped or pasted, and says which of them cannot be sent. */
export function usePhotoFiles({ uploads }: App, todo: Todo) {
  const [objection, setObjection] = useState<string | null>(null);

  async function add(file: File): Promise<string | null> {
    const prepared = await prepare(file);
    if ('objection' in prepared) return prepared.objection;
    uploads.add(todo.id, prepared.file);
    return null;
  }

  async function take(files: Iterable<File> | null | undefined): Promise<void> {
    // Copied at once: a list of chosen files is emptied when the event is over.
    const chosen = [...(files ?? [])];
    const onTheirWay = uploads.state.value.all.filter(upload => upload.todo === todo.id).length;
    let room = MAX_PHOTOS - todo.attachments.length - onTheirWay;
    const objections: string[] = [];
    for (const file of chosen) {
      const why =
        room > 0
          ? await add(file)
          : `A todo holds ${MAX_PHOTOS} photos; ${readable(file.name)} is one too many.`;
      if (why) objections.push(why);
      else room -= 1;
    }
    setObjection(objections.length > 0 ? objections.join(' ') : null);
  }

  return { take, objection };
}

interface PhotosProps {
  app: App;
  todo: Todo;
  onFiles(files: FileList | null): void;
}

export function Photos({ app, todo, onFiles }: PhotosProps) {
  const { all } = useWatched(app.uploads.state);
  const [doomed, setDoomed] = useState<Attachment | null>(null);
  const [leaving, setLeaving] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const uploads = all.filter(upload => upload.todo === todo.id);

  async function remove(photo: Attachment): Promise<void> {
    setDoomed(null);
    setFailure(null);
    setLeaving(photo.media_id);
    try {
      await app.api.detach(todo.id, photo.media_id);
      app.list.learn(await app.api.get(todo.id));
      announce(`${readable(photo.name)} was removed.`);
      focusSoon(() => adder.current);
      await (await app.bucket()).delete(photo.media_id);
    } catch {
      setLeaving(null);
      setFailure(`${readable(photo.name)} is still here. The server did not take it away; try again.`);
    }
  }

  return (
    <>
      <ul class="photos" aria-label="Photos">
        {todo.attachments.map(photo => (
          <Photo
            key={photo.media_id}
            app={app}
            todo={todo.id}
            photo={photo}
            isLeaving={leaving === photo.media_id}
            onRemove={() => setDoomed(photo)}
          />
        ))}
        {uploads.map(upload => (
          <Sending key={upload.media} app={app} upload={upload} />
        ))}
        <li>
          <button class="add" type="button" ref={adder} onClick={() => chooser.current?.click()}>
            <Icon name="photo" />
            Add<span class="sr"> photos to {quoted(todo.title)}</span>
          </button>
          <Chooser chooser={chooser} label="Photos" multiple onFiles={onFiles} />
        </li>
      </ul>
      {failure && (
        <p class="hint bad" role="alert">
          {failure}
        </p>
      )}
      {doomed && (
        <Dialog
          heading="Remove this photo?"
          summary={<>{readable(doomed.name)} goes away for good. There is no undo.</>}
          onClose={() => setDoomed(null)}
        >
          <div class="answers">
            <button class="btn" type="button" onClick={() => setDoomed(null)}>
              Keep it
            </button>
            <button class="btn" type="button" onClick={() => void remove(doomed)}>
              Remove
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Sending({ app, upload }: { app: App; upload: Upload }) {
  const { media, name, url, step, progress } = upload;
  const percent = Math.round(progress * 100);
  if (step === 'failed') {
    return (
      <li class="failed">
        <img src={url} alt="" width={84} height={84} />
        <button
          class="again"
          type="button"
          aria-label={`Try again: ${name} did not arrive`}
          onClick={() => app.uploads.tryAgain(media)}
        >
          Try again
        </button>
        <button
          class="off"
          type="button"
          aria-label={`Do not send ${name}`}
          onClick={() => app.uploads.cancel(media)}
        >
          <Icon name="close" />
        </button>
      </li>
    );
  }
  return (
    <li class="up">
      <img src={url} alt="" width={84} height={84} />
      <b class="num">{step === 'waiting' ? 'Waits' : `${percent}%`}</b>
      <span
        class="progress"
        role="progressbar"
        aria-label={`Uploading ${name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <i style={{ width: `${percent}%` }} />
      </span>
      {step !== 'attaching' && (
        <button
          class="off"
          type="button"
          aria-label={`Do not send ${name}`}
          onClick={() => app.uploads.cancel(media)}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}
