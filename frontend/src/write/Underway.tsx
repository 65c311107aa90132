/** Photos on their way: how far each is, and what became of those that were not taken. */
import { Icon } from '../ui/Icon';
import type { Photo, Photos } from './photos';

export function Underway({ photos, all }: { photos: Photos; all: Photo[] }) {
  if (all.length === 0) return null;
  return (
    <ul class="underway" aria-label="Photos on their way">
      {all.map(photo => (
        <li key={photo.media} class={photo.step}>
          <One photo={photo} photos={photos} />
        </li>
      ))}
    </ul>
  );
}

function One({
  photo: { media, name, step, progress, reason, url },
  photos,
}: {
  photo: Photo;
  photos: Photos;
}) {
  const percent = Math.round(progress * 100);
  if (step === 'rejected') {
    return (
      <div class="note bad" role="alert">
        <Icon name="warning" />
        <p>
          <b>{name} was not taken.</b> {reason}
        </p>
        <button class="btn plain sm" type="button" onClick={() => photos.drop(media)}>
          All right
        </button>
      </div>
    );
  }
  if (step === 'failed') {
    return (
      <div class="note bad" role="alert">
        <Icon name="warning" />
        <p>
          <b>{name} did not arrive.</b> It is still on this device.
        </p>
        <button class="btn plain sm" type="button" onClick={() => photos.tryAgain(media)}>
          Try again
        </button>
      </div>
    );
  }
  return (
    <div class="note">
      <img src={url} alt="" width={40} height={40} />
      <p>
        {name}{' '}
        <span class="num">{step === 'checking' ? 'has arrived and is being checked' : `${percent}%`}</span>
        <span
          class="progress"
          role="progressbar"
          aria-label={`Sending ${name}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
        >
          <i style={{ width: `${percent}%` }} />
        </span>
      </p>
    </div>
  );
}
