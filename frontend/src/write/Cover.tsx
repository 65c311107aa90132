/** The cover: the photo at the top of the post and in every list. */
import { useRef } from 'preact/hooks';
import { Chooser } from '../photos/Chooser';
import type { Photo } from './photos';
import type { Pictures } from './pictures';
import { usePicture } from './Preview';

interface CoverProps {
  cover: string | null;
  pictures: Pictures;
  underway: Photo[];
  onFile(file: File): void;
  onRemove(): void;
}

export function Cover({ cover, pictures, underway, onFile, onRemove }: CoverProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const picture = usePicture(cover, pictures, underway);
  return (
    <div class="field cover-field">
      <span class="lbl">Cover</span>
      <div class="cover-row">
        {cover && (
          <span class="thumb">{picture && <img src={picture.url} alt="" width={96} height={64} />}</span>
        )}
        <button class="btn sm" type="button" onClick={() => chooser.current?.click()}>
          {cover ? 'Change the cover' : 'Choose a cover'}
        </button>
        {cover && (
          <button class="btn plain sm" type="button" onClick={onRemove}>
            Remove
          </button>
        )}
        <Chooser chooser={chooser} label="Cover photo" onFiles={files => files?.[0] && onFile(files[0])} />
      </div>
    </div>
  );
}
