/** The composition root of the author's desk. */
import { leave } from '../account/leave';
import { openPageOwner } from '../account/open-owner';
import type { Person } from '../account/person';
import { createClient } from '../api/client';
import { createPostApi } from '../api/posts';
import { createServerTime } from '../api/server-time';
import { newUlid } from '../api/ulid';
import { loadConfig } from '../config';
import { createDrafts } from '../offline/drafts';
import { openStoreInTime } from '../offline/store';
import { later } from '../offline/tabs';
import { createBucket } from '../photos/bucket';
import { createCopies } from './copies';
import { createList } from './list';
import { createPictures } from './pictures';

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export async function openDesk(known: Person) {
  const config = await loadConfig();
  const owner = openPageOwner(config, known);
  const { person, credentials } = owner;
  const { sub } = person;
  const store = await openStoreInTime();
  const drafts = createDrafts(localStorage, sub);
  const tab = newUlid();
  holdLock(lockOf(sub, tab));
  const time = createServerTime();
  const api = createPostApi(
    createClient({ base: config.api, token: owner.token, time, fetch: (url, init) => fetch(url, init) }),
  );
  const opened = createBucket({ config, sub, credentials, time });
  const bucket = async () => opened;
  // To sign-in, and back here: what is not saved is on this device.
  const signInAgain = owner.ended;
  const list = createList({ api, onSignedOut: signInAgain });
  owner.onReturn(() => void list.refresh());
  return {
    owner,
    person,
    time,
    api,
    store,
    drafts,
    bucket,
    later,
    newUlid,
    copies: createCopies({ drafts, tab, isOpen: of => isHeld(lockOf(sub, of)) }),
    pictures: createPictures(api, bucket),
    list,
    signInAgain,
    signOut: () => leave(store, owner),
  };
}

const lockOf = (sub: string, tab: string): string => `mytodolist write ${sub} ${tab}`;

/** Held for as long as the tab is open: so others know that it is. */
function holdLock(name: string): void {
  void navigator.locks.request(name, () => new Promise<never>(() => {}));
}

async function isHeld(name: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(lock => lock.name === name);
}
