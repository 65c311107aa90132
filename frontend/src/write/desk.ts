/** The composition root of the author's desk. */
import { leave } from '../account/leave';
import { forgetPerson, type Person } from '../account/person';
import { awsCredentials, configureSession, idToken } from '../account/session';
import { toSignIn } from '../account/ways';
import { createClient } from '../api/client';
import { createPostApi } from '../api/posts';
import { newUlid } from '../api/ulid';
import { loadConfig } from '../config';
import { createDrafts } from '../offline/drafts';
import { memoryStore, openStore } from '../offline/store';
import { later } from '../offline/tabs';
import { createBucket } from '../photos/bucket';
import { createCopies } from './copies';
import { createList } from './list';
import { createPictures } from './pictures';

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export async function openDesk(person: Person) {
  const config = await loadConfig();
  configureSession(config);
  const { sub } = person;
  const store = await openStore().catch(memoryStore);
  const drafts = createDrafts(localStorage, sub);
  const tab = newUlid();
  holdLock(lockOf(sub, tab));
  const api = createPostApi(
    createClient({ base: config.api, token: idToken, fetch: (url, init) => fetch(url, init) }),
  );
  const opened = createBucket({ config, sub, credentials: () => awsCredentials(config) });
  const bucket = async () => opened;
  return {
    person,
    api,
    store,
    drafts,
    bucket,
    later,
    newUlid,
    copies: createCopies({ drafts, tab, isOpen: of => isHeld(lockOf(sub, of)) }),
    pictures: createPictures(api, bucket),
    list: createList({ api, onSignedOut: signInAgain }),
    signInAgain,
    signOut: () => leave(store, sub),
  };
}

/** To sign-in, and back here: what is not saved is on this device. */
function signInAgain(): void {
  // Else the sign-in page would send them straight back.
  forgetPerson();
  location.assign(toSignIn(location));
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
