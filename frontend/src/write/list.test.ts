import { expect, test } from 'vitest';
import { NoAnswer, SignedOut } from '../api/failures';
import { aDraft } from '../testing/posts';
import { refusal } from '../testing/server';
import { createList } from './list';

function aList(...pages: { items: ReturnType<typeof aDraft>[]; next: string | null }[]) {
  const asked: (string | undefined)[] = [];
  const left: boolean[] = [];
  let failure: Error | null = null;
  const list = createList({
    api: {
      async page(cursor) {
        asked.push(cursor);
        if (failure) throw failure;
        return pages[asked.length - 1] ?? { items: [], next: null };
      },
    },
    onSignedOut: () => left.push(true),
  });
  const slugs = () => list.state.value.items.map(({ slug }) => slug);
  return { list, asked, left, slugs, fail: (why: Error) => (failure = why) };
}

const [A, B, C] = [aDraft({ slug: 'a' }), aDraft({ slug: 'b' }), aDraft({ slug: 'c' })];

test('posts are read a page at a time', async () => {
  const { list, asked, slugs } = aList({ items: [A, B], next: 'cursor' }, { items: [C], next: null });
  await list.refresh();
  await list.more();
  expect(slugs()).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual([undefined, 'cursor']);
});

test('a post that was saved comes first, and a new one is there', async () => {
  const { list, slugs } = aList({ items: [A, B], next: null });
  await list.refresh();
  list.learn({ ...B, title: 'Changed' });
  list.learn(C);
  expect(slugs()).toEqual(['c', 'b', 'a']);
  expect(list.state.value.items[1]?.title).toBe('Changed');
  list.forget('b');
  expect(slugs()).toEqual(['c', 'a']);
});

test('whoever is no author is known as such', async () => {
  const { list, fail } = aList();
  fail(refusal(403, 'forbidden'));
  await list.refresh();
  expect(list.state.value.step).toBe('not-an-author');
});

test('without an answer what was read stays', async () => {
  const { list, slugs, fail } = aList({ items: [A], next: 'cursor' });
  await list.refresh();
  fail(new NoAnswer('lost'));
  await list.more();
  expect(list.state.value.step).toBe('failed');
  expect(slugs()).toEqual(['a']);
});

test('where the session has ended the way leads to sign-in', async () => {
  const { list, left, fail } = aList();
  fail(new SignedOut());
  await list.refresh();
  expect(left).toEqual([true]);
});
