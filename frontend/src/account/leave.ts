/** Signs out, and takes the readable copy of the list off this device. What was not sent yet stays. */
import { copyName, type Store } from '../offline/store';
import { signOut } from './session';

export async function leave(store: Store, sub: string, { everywhere = false } = {}): Promise<void> {
  await signOut({ everywhere });
  await store.update(copyName(sub), () => undefined).catch(() => undefined);
  location.assign('/');
}
