/** Signs out, and takes the readable copy of the list off this device. What was not sent yet stays. */
import { copyName, type Store } from '../offline/store';
import type { PageOwner } from './page-owner';

export async function leave(store: Store, owner: PageOwner, { everywhere = false } = {}): Promise<void> {
  const next = await owner.signOut({ everywhere });
  await store.update(copyName(owner.person.sub), () => undefined).catch(() => undefined);
  location.assign(next);
}
