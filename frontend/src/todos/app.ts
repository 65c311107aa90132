/** The composition root of the list: wires session, API, queue and photos together. */

import { leave } from '../account/leave';
import { openPageOwner } from '../account/open-owner';
import type { PageOwner } from '../account/page-owner';
import type { Person } from '../account/person';
import { createClient } from '../api/client';
import { createServerTime, type ServerTime } from '../api/server-time';
import { createTodoApi } from '../api/todos';
import { newUlid } from '../api/ulid';
import { type Config, loadConfig } from '../config';
import { createConnection } from '../offline/connection';
import { createDrafts } from '../offline/drafts';
import { openQueue } from '../offline/queue';
import { createSender } from '../offline/sender';
import { copyName, openStoreInTime, queueName } from '../offline/store';
import { alone, ifFree, later } from '../offline/tabs';
import type { Bucket } from '../photos/bucket';
import { createUploads } from '../photos/uploads';
import { announce } from '../ui/announce';
import { whenLookedAt } from '../ui/attention';
import { showToast } from '../ui/Toast';
import { createList } from './list';
import { createReading } from './reading';
import { counted, quoted } from './words';

export type App = Awaited<ReturnType<typeof openApp>>;

const NAME = 'mytodolist';

export async function openApp(signedIn: Person) {
  const config = await loadConfig();
  const owner = openPageOwner(config, signedIn);
  const store = await openStoreInTime();
  const { person, credentials } = owner;
  const { sub } = person;
  const drafts = createDrafts(localStorage, sub);
  const queue = await openQueue({
    store,
    name: queueName(sub),
    channel: new BroadcastChannel(`${NAME} ${sub}`),
    drafts,
  });
  const time = createServerTime();
  const api = createTodoApi(
    createClient({ base: config.api, token: owner.token, time, fetch: (url, init) => fetch(url, init) }),
  );
  const connection = createConnection({ probe: () => fetch(`${config.api}/health`), later });
  const onSignedOut = owner.ended;
  const tab = newUlid();
  const list = createList({
    queue,
    connection,
    tab,
    newUlid,
    now: time.now,
    wake: () => sender.wake(),
  });
  const { state } = list;
  const reading = createReading({
    api,
    store,
    copyName: copyName(sub),
    connection,
    state,
    setKnown: list.setKnown,
    mayKeep: owner.isHere,
    async isCurrent(known) {
      const { createRows } = await import('./rows');
      return createRows({ config, sub, credentials, time }).areAsKnown(known);
    },
    onSignedOut,
  });
  const sender = createSender({
    api,
    newUlid,
    find: id => state.value.known.todos.get(id),
    queue,
    connection,
    alone: work => alone(`${NAME} send ${sub}`, work),
    later,
    now: () => performance.now(),
    onSignedOut,
    onCaughtUp: count => showToast({ text: `Back online. ${counted(count, 'change')} sent.` }),
    onBusy: busyUntil => state.set({ busyUntil }),
  });

  const bucket = bucketOf(config, owner, time);
  const uploads = createUploads({
    api,
    bucket,
    store,
    sub,
    newUlid,
    isReachable: () => connection.isReachable,
    realId: queue.realId,
    ifFree,
    onAttached(todo, name) {
      list.learn(todo);
      announce(`${name} is attached to ${quoted(todo.title)}.`);
    },
    onFailed: ({ name }) => announce(`${name} did not arrive. It is still on this device.`),
  });
  list.onNews(news => {
    uploads.follow(news);
    if (news.renamed) moveDrafts(drafts, news.renamed);
    if (news.learned || news.forgotten) keepCopySoon();
  });
  let callOff = () => {};
  function keepCopySoon(): void {
    callOff();
    callOff = later(500, () => void reading.keepCopy());
  }

  /** Takes up what was left undone, and reads what has changed elsewhere. */
  async function goOn(): Promise<void> {
    sender.wake();
    uploads.resume();
    await reading.catchUp();
  }
  connection.listen(isReachable => {
    if (isReachable) void goOn();
  });
  owner.onReturn(() => void goOn());

  return {
    config,
    time,
    owner,
    person,
    tab,
    list,
    reading,
    connection,
    retry: sender.retry,
    api,
    bucket,
    uploads,
    drafts,
    /** Reads the list and takes up what was left undone. */
    async start(): Promise<void> {
      addEventListener('online', () => void connection.check());
      addEventListener('offline', () => void connection.check());
      await reading.open();
      whenLookedAt(async () => {
        if (owner.check() && connection.isReachable) await reading.catchUp();
      });
      sender.wake();
      await uploads.open();
    },
    signOut: () => leave(store, owner),
  };
}

/** Signing is needed by those alone who look at photos. */
function bucketOf(
  config: Config,
  { person: { sub }, credentials }: PageOwner,
  time: ServerTime,
): () => Promise<Bucket> {
  let opened: Promise<Bucket> | undefined;
  return () => {
    opened ??= import('../photos/bucket').then(({ createBucket }) =>
      createBucket({ config, sub, credentials, time }),
    );
    return opened;
  };
}

function moveDrafts(
  drafts: ReturnType<typeof createDrafts>,
  { from, to }: { from: string; to: string },
): void {
  for (const kind of ['title ', 'notes ']) {
    const text = drafts.read(kind + from);
    if (text === null) continue;
    drafts.write(kind + to, text);
    drafts.forget(kind + from);
  }
}
