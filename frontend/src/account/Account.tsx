/** The account: theme, second step, and the ways out. */
import { useEffect, useState } from 'preact/hooks';
import type { Kept } from '../offline/queue';
import { queueName, type Store } from '../offline/store';
import { counted, plural } from '../todos/words';
import { Note } from '../ui/Note';
import { readTheme, setTheme, type Theme } from '../ui/theme';
import { useTask } from './Form';
import { leave } from './leave';
import type { PageOwner } from './page-owner';
import { nameOf } from './providers';
import { SecondStep } from './SecondStep';

const THEMES: { theme: Theme; label: string }[] = [
  { theme: 'system', label: 'As the system' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
];

interface AccountProps {
  owner: PageOwner;
  store: Store;
  /** The provider that signed the person in; null where it was the User Pool itself. */
  provider: string | null;
}

export function Account({ owner, store, provider }: AccountProps) {
  const { person } = owner;
  return (
    <div class="account">
      <header>
        <h1>Account</h1>
        <p class="quiet">
          Signed in as <b>{person.email}</b>
        </p>
      </header>
      {person.isAuthor && <WayToWrite />}
      <ThemeChoice />
      {provider ? <TheirSecondStep provider={provider} /> : <SecondStep email={person.email} />}
      <WaysOut owner={owner} store={store} />
    </div>
  );
}

/** A person who signed in by another provider is not asked for a second step by the User Pool. */
const TheirSecondStep = ({ provider }: { provider: string }) => (
  <section aria-labelledby="totp-h">
    <div>
      <h2 id="totp-h">Second step</h2>
      <p>You sign in with {nameOf(provider)}, where a second step can be set up.</p>
    </div>
  </section>
);

const WayToWrite = () => (
  <section aria-labelledby="write-h">
    <div>
      <h2 id="write-h">Your posts</h2>
      <p>You are an author of the blog.</p>
    </div>
    <a class="btn" href="/write/">
      Write
    </a>
  </section>
);

function ThemeChoice() {
  const [theme, choose] = useState(readTheme);
  return (
    <section aria-labelledby="theme-h">
      <div>
        <h2 id="theme-h">Theme</h2>
        <p>For this device.</p>
      </div>
      <fieldset class="seg">
        <legend class="sr">Theme</legend>
        {THEMES.map(({ theme: each, label }) => (
          <label key={each}>
            <input
              type="radio"
              name="theme"
              checked={theme === each}
              onChange={() => {
                setTheme(each);
                choose(each);
              }}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </section>
  );
}

function WaysOut({ owner, store }: { owner: PageOwner; store: Store }) {
  const [unsent, setUnsent] = useState(0);
  const task = useTask();
  useEffect(() => {
    store.read<Kept>(queueName(owner.person.sub)).then(
      kept => setUnsent(kept?.changes.length ?? 0),
      () => undefined,
    );
  }, [store, owner]);

  return (
    <section aria-labelledby="out-h">
      <div>
        <h2 id="out-h">Sign out</h2>
        <p>Everywhere means every browser and device that is signed in to this account, this one too.</p>
      </div>
      {unsent > 0 && (
        <Note tone="warn">
          {counted(unsent, 'change')} {plural(unsent, 'has', 'have')} not been sent. Signed out,{' '}
          {plural(unsent, 'it waits', 'they wait')} on this device until you sign in again.
        </Note>
      )}
      {task.objection && <Note tone="bad">{task.objection.text}</Note>}
      <div class="ways-out">
        <button class="btn" type="button" onClick={() => void task.run(() => leave(store, owner))}>
          Sign out here
        </button>
        <button
          class="btn"
          type="button"
          onClick={() => void task.run(() => leave(store, owner, { everywhere: true }))}
        >
          Sign out everywhere
        </button>
      </div>
    </section>
  );
}
