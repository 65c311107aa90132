/** One photo of a todo: its thumbnail as soon as there is one, until then the photo itself. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Attachment } from '../api/types';
import { isFresh } from '../photos/fresh';
import { isPlainClick, openPhoto } from '../photos/open';
import { announce } from '../ui/announce';
import { deviceTime } from '../ui/device-clock';
import { Icon } from '../ui/Icon';
import { readable } from '../ui/text';
import type { App } from './app';

interface PhotoProps {
  app: App;
  todo: string;
  photo: Attachment;
  /** It is being removed: what becomes of it is of no interest any more. */
  isLeaving: boolean;
  onRemove(): void;
}

export function Photo({ app, todo, photo, isLeaving, onRemove }: PhotoProps) {
  const name = readable(photo.name);
  const { addresses, renew, renewIfOld } = useAddresses(app, photo);
  const reason = useOutcome(app, todo, photo, isLeaving);
  const [isMissing, setMissing] = useState(false);

  function onClick(event: MouseEvent): void {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    const original = async () => (await app.bucket()).viewUrl(photo.media_id);
    openPhoto(original).catch(() => announce(`${name} could not be opened. Try again.`));
  }

  return (
    <li class={reason ? 'refused' : ''}>
      {addresses && !isMissing && !reason ? (
        // The address in the link is for a middle click and the menu, which begin by pressing a button.
        <a
          href={addresses.original}
          target="_blank"
          rel="noreferrer"
          onPointerDown={renewIfOld}
          onClick={onClick}
        >
          <img
            src={addresses.shown}
            alt={name}
            width={84}
            height={84}
            loading="lazy"
            onError={() => setMissing(!renew())}
          />
        </a>
      ) : (
        <span class="missing" title={name}>
          <Icon name={reason ? 'warning' : 'photo'} />
          <span>{name}</span>
        </span>
      )}
      <button class="off" type="button" aria-label={`Remove ${name}`} onClick={onRemove}>
        <Icon name="close" />
      </button>
      {reason && (
        <p class="hint bad" role="alert">
          {name}: {reason}
        </p>
      )}
    </li>
  );
}

/** Less than a signed address lives. */
const FRESH_MS = 5 * 60_000;

/** Signed addresses. They end, so they are signed anew once they are old or do not work. */
function useAddresses(app: App, { media_id, thumbnail_url }: Attachment) {
  const [addresses, setAddresses] = useState<{ original: string; shown: string } | null>(null);
  const [tries, setTries] = useState(0);
  const signedAt = useRef(0);
  useEffect(() => {
    let isWanted = true;
    async function sign() {
      const bucket = await app.bucket();
      const original = await bucket.viewUrl(media_id);
      return { original, shown: thumbnail_url ? await bucket.thumbnailUrl(thumbnail_url) : original };
    }
    sign().then(
      signed => {
        signedAt.current = deviceTime();
        if (isWanted) setAddresses(signed);
      },
      // The addresses before, if any, may work still.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [app, media_id, thumbnail_url, tries]);

  const isOld = (): boolean => !isFresh(signedAt.current, FRESH_MS);

  /** False where the addresses are new already, so that a photo which is not there is not asked for again and again. */
  function renew(): boolean {
    if (tries > 0 && !isOld()) return false;
    setTries(tries + 1);
    return true;
  }

  function renewIfOld(): void {
    if (isOld()) setTries(tries + 1);
  }
  return { addresses, renew, renewIfOld };
}

const LOOKS_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

/** Follows a new photo until its thumbnail is there; gives the reason where it was rejected. */
function useOutcome(
  { api, list }: App,
  todo: string,
  { media_id, name, thumbnail_url }: Attachment,
  isLeaving: boolean,
) {
  const [reason, setReason] = useState<string | null>(null);
  const isWaiting = thumbnail_url === null && reason === null && !isLeaving;
  // At once: a look that is under way when the photo is removed would be answered by a 404.
  useLayoutEffect(() => {
    if (!isWaiting) return;
    const following = new AbortController();
    let timer = 0;
    async function look(place: number): Promise<void> {
      const { state, reason } = await api.media(media_id, following.signal);
      if (state === 'rejected') setReason(reason ?? 'This photo was not accepted.');
      else if (state === 'ready') {
        list.learn(await api.get(todo));
        announce(`The thumbnail of ${name} is there.`);
      } else later(place + 1);
    }
    function later(place: number): void {
      const wait = LOOKS_MS[place];
      // Without an answer the photo itself stays: there is nothing to say.
      if (wait !== undefined && !following.signal.aborted)
        timer = window.setTimeout(() => look(place).catch(() => later(place + 1)), wait);
    }
    later(0);
    return () => {
      following.abort();
      clearTimeout(timer);
    };
  }, [isWaiting, media_id, todo]);
  return reason;
}
