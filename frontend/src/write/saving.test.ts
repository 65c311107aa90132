import { expect, test } from 'vitest';
import { SignedOut } from '../api/failures';
import { createDrafts } from '../offline/drafts';
import { aClock, settled } from '../testing/clock';
import { aDraft, aPostServer } from '../testing/posts';
import { aStorage } from '../testing/storage';
import { createCopies } from './copies';
import type { FieldName } from './fields';
import { openPost } from './saving';

/** An author's device, on which tabs open the post one after the other. */
function aDesk(server = aPostServer(aDraft({ body: 'One.' }))) {
  let wrongBy = 0;
  const drafts = createDrafts(aStorage(), 's-1');
  const clock = aClock();
  const joined: FieldName[][] = [];
  let open = '';
  let count = 0;
  return {
    server,
    clock,
    joined,
    drafts,
    setClock: (milliseconds: number) => {
      wrongBy = milliseconds;
    },
    async open() {
      count += 1;
      const tab = `tab${count}`;
      open = tab;
      return openPost({
        api: server.api,
        copies: createCopies({ drafts, tab, isOpen: async of => of === open }),
        draft: await server.api.get('shelves'),
        now: () => new Date(clock.now() + wrongBy),
        elapsed: clock.now,
        later: clock.later,
        newKey: () => 'key',
        onSaved: () => {},
        onJoined: names => joined.push(names),
      });
    },
  };
}

const changes = (calls: string[]) => calls.filter(call => call.startsWith('change'));

test('what was typed is sent after a pause, and only what changed', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  post.change({ body: 'One. Two' });
  await clock.pass(500);
  post.change({ body: 'One. Two.' });
  await clock.pass(500);
  expect(changes(server.calls)).toEqual([]);
  await clock.pass(300);
  expect(changes(server.calls)).toEqual(['change shelves body']);
  expect(post.state.value).toMatchObject({ step: 'saved', draft: { html: '<p>One. Two.</p>', version: 2 } });
});

test.each([-1_440, -20, 20, 1_440])(
  'a clock that is set by %i minutes meanwhile changes no wait',
  async minutes => {
    const { open, server, clock, setClock } = aDesk();
    const post = await open();
    for (let typed = 0; typed < 8; typed += 1) {
      expect(changes(server.calls)).toEqual([]);
      post.change({ body: `One. ${typed}` });
      setClock(minutes * 60_000);
      await clock.pass(500);
    }
    expect(changes(server.calls)).toHaveLength(1);
  },
);

test('who types without a pause is saved all the same', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  for (let typed = 0; typed < 12; typed += 1) {
    post.change({ body: `One. ${typed}` });
    await clock.pass(400);
  }
  expect(changes(server.calls)).toHaveLength(1);
});

test('what is typed while an answer is on its way is sent next', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  post.change({ body: 'a' });
  const saving = post.flush();
  post.change({ title: 'More shelves' });
  await saving;
  await clock.pass(2_000);
  expect(server.posts.get('shelves')).toMatchObject({ body: 'a', title: 'More shelves', version: 3 });
  expect(post.state.value.step).toBe('saved');
});

test('a title that the API trims is not changed under the author’s hands', async () => {
  const { open, clock } = aDesk();
  const post = await open();
  post.change({ title: 'More ' });
  await clock.pass(2_000);
  expect(post.state.value).toMatchObject({
    step: 'saved',
    fields: { title: 'More ' },
    draft: { title: 'More' },
  });
});

test('without an answer it tries again by itself', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  server.break('lost');
  post.change({ body: 'typed in a tunnel' });
  await clock.pass(800);
  expect(post.state.value.step).toBe('unreachable');
  server.break(null);
  await clock.pass(2_000);
  expect(server.posts.get('shelves')?.body).toBe('typed in a tunnel');
  expect(post.state.value.step).toBe('saved');
});

test('an answer that was lost on its way back is no conflict', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  server.break('unanswered');
  post.change({ body: 'arrived' });
  await clock.pass(800);
  server.break(null);
  await clock.pass(2_000);
  expect(post.state.value).toMatchObject({ step: 'saved', theirs: null });
  expect(server.posts.get('shelves')).toMatchObject({ body: 'arrived', version: 2 });
});

test('a busy server says how long to wait', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  server.break('busy');
  post.change({ body: 'patient' });
  await clock.pass(800);
  server.break(null);
  await clock.pass(6_900);
  expect(server.posts.get('shelves')?.body).toBe('One.');
  await clock.pass(200);
  expect(server.posts.get('shelves')?.body).toBe('patient');
});

test('a closed tab loses nothing: the next takes up its words', async () => {
  const { open, server, clock } = aDesk();
  const before = await open();
  server.break('lost');
  before.change({ body: 'not sent' });
  before.close();
  server.break(null);
  const after = await open();
  expect(after.state.value.fields.body).toBe('not sent');
  await clock.pass(0);
  expect(server.posts.get('shelves')?.body).toBe('not sent');
});

test('words of a closed tab meet what was written elsewhere since', async () => {
  const { open, server } = aDesk();
  const before = await open();
  before.change({ body: 'mine' });
  before.close();
  server.elsewhere('shelves', { body: 'theirs' });
  const after = await open();
  expect(after.state.value).toMatchObject({ step: 'conflict', clashing: ['body'], fields: { body: 'mine' } });
});

test('changes elsewhere that touch nothing of ours join by themselves', async () => {
  const { open, server, clock, joined } = aDesk();
  const post = await open();
  server.elsewhere('shelves', { tags: ['data'] });
  post.change({ body: 'mine' });
  await clock.pass(2_000);
  expect(server.posts.get('shelves')).toMatchObject({ body: 'mine', tags: ['data'], version: 3 });
  expect(post.state.value.fields.tags).toEqual(['data']);
  expect(joined).toEqual([['tags']]);
});

async function aConflict() {
  const desk = aDesk();
  const post = await desk.open();
  desk.server.elsewhere('shelves', { body: 'theirs', summary: 'From elsewhere' });
  post.change({ body: 'mine', title: 'My title' });
  await desk.clock.pass(800);
  expect(post.state.value).toMatchObject({ step: 'conflict', clashing: ['body'], fields: { body: 'mine' } });
  return { ...desk, post };
}

test('keep mine: the clashing words are mine, the rest is joined', async () => {
  const { post, server, clock } = await aConflict();
  await post.choose('mine');
  await clock.pass(1_000);
  expect(server.posts.get('shelves')).toMatchObject({
    body: 'mine',
    title: 'My title',
    summary: 'From elsewhere',
  });
  expect(post.state.value.step).toBe('saved');
});

test('keep theirs: the clashing words are theirs, the rest is joined', async () => {
  const { post, server, clock } = await aConflict();
  await post.choose('theirs');
  await clock.pass(1_000);
  expect(server.posts.get('shelves')).toMatchObject({ body: 'theirs', title: 'My title' });
  expect(post.state.value.fields.body).toBe('theirs');
});

test('keep both: mine becomes a draft of its own, under the next free address', async () => {
  const { post, server } = await aConflict();
  server.posts.set('shelves-2', aDraft({ slug: 'shelves-2' }));
  const other = await post.choose('both');
  expect(other).toMatchObject({ slug: 'shelves-3', title: 'My title (my version)', body: 'mine' });
  expect(server.posts.get('shelves')).toMatchObject({ body: 'theirs', version: 2 });
  expect(post.state.value).toMatchObject({ step: 'saved', fields: { body: 'theirs' } });
});

test('while a choice waits, typing goes on and is kept', async () => {
  const { post, server, clock, open } = await aConflict();
  const before = changes(server.calls).length;
  post.change({ body: 'mine, and more' });
  await clock.pass(10_000);
  expect(changes(server.calls)).toHaveLength(before);
  post.close();
  const after = await open();
  expect(after.state.value).toMatchObject({ step: 'conflict', fields: { body: 'mine, and more' } });
});

test('what the API would refuse stays here, and the rest is saved', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  post.change({ title: '', body: 'Two.' });
  await clock.pass(2_000);
  expect(server.posts.get('shelves')).toMatchObject({ title: 'Shelves', body: 'Two.' });
  expect(post.state.value).toMatchObject({ step: 'refused', problem: 'A post needs a title.' });
  expect(await post.flush()).toBe(false);
  post.change({ title: 'A title again' });
  await clock.pass(2_000);
  expect(post.state.value.step).toBe('saved');
});

test('a post that was deleted elsewhere is begun anew with the words on the screen', async () => {
  const { open, server, clock } = aDesk();
  const post = await open();
  server.posts.clear();
  post.change({ body: 'still here' });
  await clock.pass(800);
  expect(post.state.value.step).toBe('gone');
  await post.beginAnew();
  await settled();
  expect(server.posts.get('shelves')).toMatchObject({ body: 'still here' });
  expect(post.state.value.step).toBe('saved');
});

test('where the session has ended the words stay on this device', async () => {
  const { open, server, clock, drafts } = aDesk();
  const post = await open();
  server.api.change = () => Promise.reject(new SignedOut());
  post.change({ body: 'kept' });
  await clock.pass(800);
  expect(post.state.value.step).toBe('signed-out');
  expect(drafts.names('post shelves ')).toHaveLength(1);
});

test('what is saved leaves nothing behind', async () => {
  const { open, clock, drafts } = aDesk();
  const post = await open();
  post.change({ body: 'x' });
  expect(drafts.names('post ')).toHaveLength(1);
  await clock.pass(2_000);
  expect(drafts.names('post ')).toEqual([]);
});

test('flush says whether everything has arrived', async () => {
  const { open, server } = aDesk();
  const post = await open();
  post.change({ body: 'x' });
  expect(await post.flush()).toBe(true);
  post.change({ body: 'y' });
  server.break('lost');
  expect(await post.flush()).toBe(false);
});
