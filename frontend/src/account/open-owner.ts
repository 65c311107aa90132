/** Opens a page for the person who is signed in, and watches whether they still are. */
import type { Config } from '../config';
import { announce } from '../ui/announce';
import { hideToast } from '../ui/Toast';
import { storedClaims, TOKENS } from './own-storage';
import { createPageOwner, type PageOwner } from './page-owner';
import { forgetPerson, PERSON, type Person, personIn, rememberedPerson, rememberPerson } from './person';
import { openSession } from './session';
import { toSignIn } from './ways';

export function openPageOwner(config: Config, known: Person): PageOwner {
  const person = holder(config) ?? known;
  if (person.sub !== known.sub) rememberPerson(person);
  const owner = createPageOwner({
    person,
    session: openSession(config, person.sub),
    remembered: rememberedPerson,
    remember: rememberPerson,
    forget: forgetPerson,
    signInAgain: () => location.assign(toSignIn(location)),
  });
  watchSession(owner);
  return owner;
}

/** Whose tokens the browser has: they count where somebody else is remembered. */
const holder = (config: Config): Person | null =>
  personIn(storedClaims(config.user_pool_client_id, localStorage) ?? {});

function watchSession(owner: PageOwner): void {
  addEventListener('storage', ({ key }) => {
    if (key === null || key === PERSON || key.startsWith(TOKENS)) owner.check();
  });
  document.addEventListener('visibilitychange', owner.check);
  addEventListener('focus', owner.check);
  hideWhileLeft(owner);
  owner.presence.watch(() => {
    if (owner.presence.value.now === 'here') return;
    hideToast();
    announce('');
  });
}

/** A page that the browser shows again, as it was, is drawn only once it is known whose session this is. */
function hideWhileLeft(owner: PageOwner): void {
  const { style } = document.documentElement;
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) style.opacity = '0';
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    owner.check();
    // After what the check changes has been drawn.
    setTimeout(() => style.removeProperty('opacity'));
  });
}
