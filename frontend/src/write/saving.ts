/**
 * One open post: every keystroke is kept on this device at once and sent to the API soon after. An answer that comes
 * late, never, or with somebody else's version loses nothing that was typed.
 */
import { NoAnswer, Refusal, SignedOut } from '../api/failures';
import { currentOf, type PostApi } from '../api/posts';
import type { Draft } from '../api/types';
import { createState } from '../ui/state';
import type { Copies } from './copies';
import { changed, type FieldName, type Fields, fieldsOf, join, pick } from './fields';
import { objections } from './limits';

export type Step =
  | 'saved'
  /** Typed a moment ago. */
  | 'typing'
  | 'saving'
  /** Nobody answered; tried again by itself. */
  | 'unreachable'
  /** The API said no; what is said stands in `problem`. */
  | 'refused'
  /** Two versions wait for a choice. */
  | 'conflict'
  /** Deleted elsewhere, or never ours. */
  | 'gone'
  | 'signed-out';

export interface Post {
  /** The post as the API last had it; its `html` is the preview. */
  draft: Draft;
  fields: Fields;
  step: Step;
  problem: string | null;
  theirs: Draft | null;
  clashing: FieldName[];
  /** Counts the times that fields came from elsewhere than the keyboard. */
  arrivals: number;
}

export type Choice = 'mine' | 'theirs' | 'both';

export interface SavingParts {
  api: PostApi;
  copies: Copies;
  draft: Draft;
  now(): Date;
  /** Milliseconds since some moment, by a clock that cannot be set. */
  elapsed(): number;
  /** Calls back after so many milliseconds; returns how to call that off. */
  later(milliseconds: number, callback: () => void): () => void;
  newKey(): string;
  onSaved(draft: Draft): void;
  /** Changes made elsewhere were joined with ours. */
  onJoined(names: FieldName[]): void;
}

const PAUSE_MS = 800;
const LONGEST_WAIT_MS = 4_000;
const RETRY_MS = [2_000, 4_000, 8_000, 16_000, 30_000];
const FINAL: readonly Step[] = ['conflict', 'gone', 'signed-out'];

export type Saving = Awaited<ReturnType<typeof openPost>>;

export async function openPost({
  api,
  copies,
  draft,
  now,
  elapsed,
  later,
  newKey,
  onSaved,
  onJoined,
}: SavingParts) {
  const { slug } = draft;
  /** What the API has, in the words that were typed: it trims, and that is no change. */
  let base = fieldsOf(draft);
  let version = draft.version;
  let callOff = () => {};
  let unsavedSince: number | null = null;
  let failures = 0;
  let sending: Promise<void> | null = null;
  const state = createState<Post>({
    draft,
    fields: base,
    step: 'saved',
    problem: null,
    theirs: null,
    clashing: [],
    arrivals: 0,
  });

  const unsaved = (): FieldName[] => changed(base, state.value.fields);

  function keep(): void {
    copies.keep(slug, { base, version, fields: state.value.fields, at: now().toISOString() });
  }

  function schedule(milliseconds: number): void {
    callOff();
    callOff = later(milliseconds, () => void send());
  }

  function settle(step: Step, changes: Partial<Post> = {}): void {
    state.set({ step, problem: null, ...changes });
  }

  /** Sends what the API would take, one request at a time. */
  async function send(): Promise<void> {
    callOff();
    if (sending) return sending;
    if (FINAL.includes(state.value.step)) return;
    sending = sendOnce().finally(() => {
      sending = null;
    });
    await sending;
    const { step } = state.value;
    if (step === 'typing') schedule(PAUSE_MS);
  }

  async function sendOnce(): Promise<void> {
    const objected = objections(state.value.fields);
    const names = unsaved().filter(name => !(name in objected));
    const [why = null] = Object.values(objected);
    if (names.length === 0) {
      if (why) settle('refused', { problem: why });
      else rest();
      return;
    }
    const sent = pick(state.value.fields, names);
    settle('saving');
    try {
      const answer = await api.change(slug, sent, version);
      failures = 0;
      unsavedSince = null;
      learn(answer, { ...base, ...sent });
    } catch (failure) {
      await fail(failure);
    }
  }

  function learn(answer: Draft, now: Fields): void {
    base = now;
    version = answer.version;
    state.set({ draft: answer });
    onSaved(answer);
    const [why] = Object.values(objections(state.value.fields));
    if (unsaved().length === 0) rest();
    else if (why && unsaved().every(name => name in objections(state.value.fields))) {
      keep();
      settle('refused', { problem: why });
    } else {
      keep();
      settle('typing');
    }
  }

  function rest(): void {
    unsavedSince = null;
    copies.forget(slug);
    settle('saved');
  }

  async function fail(failure: unknown): Promise<void> {
    if (failure instanceof SignedOut) settle('signed-out');
    else if (failure instanceof Refusal && currentOf(failure)) meet(currentOf(failure) as Draft);
    else if (failure instanceof Refusal && failure.status === 404) settle('gone');
    else if (failure instanceof NoAnswer || (failure instanceof Refusal && isPassing(failure)))
      tryLater(failure);
    else if (failure instanceof Refusal) settle('refused', { problem: wordsOf(failure) });
    else throw failure;
  }

  function tryLater(failure: NoAnswer | Refusal): void {
    settle('unreachable');
    const asked = failure instanceof Refusal ? (failure.retryAfterSeconds ?? 0) * 1000 : 0;
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0;
    failures += 1;
    schedule(Math.max(asked, wait));
  }

  /** Somebody else wrote first: what does not clash joins, and the rest is the author's to choose. */
  function meet(theirs: Draft): void {
    const mine = state.value.fields;
    const { fields, clashing } = join(base, mine, fieldsOf(theirs));
    if (clashing.length > 0) {
      settle('conflict', { theirs, clashing });
      keep();
      return;
    }
    const arrived = changed(mine, fields);
    take(theirs, fields);
    if (arrived.length > 0) onJoined(arrived);
  }

  /** Goes on from `theirs`, with `fields` on the screen. */
  function take(theirs: Draft, fields: Fields): void {
    base = fieldsOf(theirs);
    version = theirs.version;
    state.set({ draft: theirs, fields, theirs: null, clashing: [], arrivals: state.value.arrivals + 1 });
    onSaved(theirs);
    if (unsaved().length === 0) {
      rest();
      return;
    }
    keep();
    settle('typing');
    schedule(0);
  }

  async function keepBoth(theirs: Draft): Promise<Draft | null> {
    const mine = state.value.fields;
    const body = { ...mine, title: `${[...mine.title.trim()].slice(0, 185).join('')} (my version)` };
    try {
      const other = await createApart(api, body, slug, newKey);
      take(theirs, fieldsOf(theirs));
      return other;
    } catch (failure) {
      if (failure instanceof SignedOut) settle('signed-out');
      else settle('conflict', { problem: 'The second post could not be begun. Nothing is lost; try again.' });
      return null;
    }
  }

  /** Words of a closed tab are taken up where they were left. */
  async function takeUp(): Promise<void> {
    const left = await copies.takeOver(slug);
    if (!left) return;
    base = left.base;
    state.set({ fields: left.fields, step: 'typing' });
    if (left.version === draft.version) schedule(0);
    else meet(draft);
  }

  await takeUp();

  return {
    slug,
    state,
    change(changes: Partial<Fields>): void {
      state.set({ fields: { ...state.value.fields, ...changes } });
      keep();
      const { step } = state.value;
      if (FINAL.includes(step)) return;
      if (step !== 'saving' && step !== 'unreachable') settle('typing');
      unsavedSince ??= elapsed();
      const waited = elapsed() - unsavedSince;
      if (step !== 'unreachable') schedule(Math.max(0, Math.min(PAUSE_MS, LONGEST_WAIT_MS - waited)));
    },
    /** Sends what waits, now; true where nothing waits any more. */
    async flush(): Promise<boolean> {
      if (FINAL.includes(state.value.step)) return false;
      for (let tries = 0; tries < 3 && (sending || unsaved().length > 0); tries += 1) {
        await send();
        if (['unreachable', 'refused', ...FINAL].includes(state.value.step)) return false;
      }
      return unsaved().length === 0;
    },
    /** Settles a conflict; gives the second post where both are kept. */
    async choose(choice: Choice): Promise<Draft | null> {
      const { theirs, clashing, fields } = state.value;
      if (!theirs) return null;
      if (choice === 'both') return keepBoth(theirs);
      const joined = join(base, fields, fieldsOf(theirs)).fields;
      take(theirs, choice === 'mine' ? joined : { ...joined, ...pick(fieldsOf(theirs), clashing) });
      return null;
    },
    /** Learns how the post stands after something else than a change: it was published, or taken back. */
    learn: (answer: Draft): void => learn(answer, base),
    /** The API says that it stands otherwise than we thought. */
    meet,
    /** Begins a post that was deleted elsewhere anew, under its own address, with what is on the screen. */
    async beginAnew(): Promise<Draft> {
      const made = await api.create({ ...state.value.fields, slug }, newKey());
      take(made, state.value.fields);
      return made;
    },
    get version() {
      return version;
    },
    get hasUnsaved() {
      return unsaved().length > 0;
    },
    /** The post is left; what has not been sent stays on this device. */
    close(): void {
      callOff();
    },
  };
}

const isPassing = (refusal: Refusal): boolean => refusal.isPassing || refusal.status >= 500;

const wordsOf = ({ problem }: Refusal): string =>
  problem.errors?.map(({ field, message }) => `${field}: ${message}.`).join(' ') || problem.detail;

/** A post of the same words under an address of its own. */
async function createApart(api: PostApi, body: Fields, slug: string, newKey: () => string): Promise<Draft> {
  for (let number = 2; ; number += 1) {
    try {
      return await api.create({ ...body, slug: `${slug.slice(0, 76)}-${number}` }, newKey());
    } catch (failure) {
      const isTaken = failure instanceof Refusal && failure.problem.type === 'urn:problem-type:slug-taken';
      if (!isTaken || number > 9) throw failure;
    }
  }
}
