import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServerTime } from '../api/server-time';
import type { Todo } from '../api/types';
import { ownCredentials } from '../testing/own';
import { aTodo } from '../testing/todos';
import { type Known, nothingKnown } from './coverage';
import { createRows, type Row } from './rows';

const CONFIG = { region: 'eu-central-1', todos_table: 'mytodolist-test-todos', dynamodb_endpoint: null };
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token/+=' };

/** A table that answers with these pages, one after the other, and keeps what it was asked. */
class Table {
  readonly asked: { url: string; init: RequestInit }[] = [];

  constructor(private readonly pages: object[]) {}

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    this.asked.push({ url, init });
    return Response.json(this.pages.shift() ?? {});
  };

  body(place: number): Record<string, unknown> {
    return JSON.parse(String(this.asked[place]?.init.body));
  }
}

function tableOf(...pages: object[]): Table {
  const table = new Table(pages);
  vi.stubGlobal('fetch', table.fetch);
  return table;
}

afterEach(() => void vi.unstubAllGlobals());
beforeEach(() => void vi.stubGlobal('fetch', () => Promise.reject(new Error('Nobody is there'))));

const TIME = createServerTime(() => Date.parse('2026-11-29T12:00:00Z'));
const rows = ({ config = CONFIG as Parameters<typeof createRows>[0]['config'] } = {}) =>
  createRows({ config, sub: 'sub-1', credentials: async () => ownCredentials(CREDENTIALS), time: TIME });

function known(todos: Todo[], upTo = '\uffff'): Known {
  const start = nothingKnown();
  return {
    ...start,
    todos: new Map(todos.map(todo => [todo.id, todo])),
    reach: { ...start.reach, all: { upTo, next: null } },
  };
}

const aRow = (id: string, version = 1, thumbnails: Record<string, string | null> = {}): Row => ({
  todo_id: { S: id },
  version: { N: String(version) },
  attachments: {
    M: Object.fromEntries(
      Object.entries(thumbnails).map(([media, key]) => [
        media,
        { M: key === null ? {} : { thumbnail: { S: key } } },
      ]),
    ),
  },
});

const aPhoto = (thumbnail_url: string | null) => ({
  media_id: 'M1',
  name: 'tap.jpg',
  content_type: 'image/jpeg',
  size: 9,
  thumbnail_url,
});

test('it asks for the own partition alone, up to where the list was read, with the own credentials', async () => {
  const table = tableOf({ Items: [] });
  await rows().areAsKnown(known([], '01B'));
  const [{ url, init } = { url: '', init: {} }] = table.asked;
  const headers = new Headers(init.headers);
  expect(headers.get('X-Amz-Date')).toBe('20261129T120000Z');
  expect(url).toBe('https://dynamodb.eu-central-1.amazonaws.com/');
  expect(headers.get('x-amz-target')).toBe('DynamoDB_20120810.Query');
  expect(headers.get('x-amz-security-token')).toBe(CREDENTIALS.sessionToken);
  expect(headers.get('authorization')).toMatch(
    /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, /,
  );
  expect(table.body(0)).toEqual({
    TableName: 'mytodolist-test-todos',
    IndexName: 'by_created',
    ConsistentRead: true,
    KeyConditionExpression: 'user_id = :sub AND live_id <= :upTo',
    ExpressionAttributeValues: { ':sub': { S: 'sub-1' }, ':upTo': { S: '01B' } },
    ProjectionExpression: 'todo_id, version, attachments',
  });
});

test('the laptop has it elsewhere', async () => {
  const table = tableOf({ Items: [] });
  await rows({ config: { ...CONFIG, dynamodb_endpoint: 'http://127.0.0.1:4566' } }).areAsKnown(known([]));
  expect(table.asked[0]?.url).toBe('http://127.0.0.1:4566/');
});

test('a list of many is read page by page', async () => {
  const LastEvaluatedKey = { user_id: { S: 'sub-1' }, todo_id: { S: '01A' }, live_id: { S: '01A' } };
  const table = tableOf({ Items: [aRow('01A')], LastEvaluatedKey }, { Items: [aRow('01B')] });
  expect(await rows().areAsKnown(known([aTodo({ id: '01A' }), aTodo({ id: '01B' })]))).toBe(true);
  expect(table.asked).toHaveLength(2);
  expect(table.body(1)['ExclusiveStartKey']).toEqual(LastEvaluatedKey);
});

const KEY = 'users/sub-1/M1/0/160.webp';
const URL = `https://thumbs.test/${KEY}`;

test.each([
  ['the same', [aRow('01A', 2)], [aTodo({ version: 2 })], true],
  ['nothing', [], [], true],
  ['a newer version', [aRow('01A', 3)], [aTodo({ version: 2 })], false],
  ['one more', [aRow('01A'), aRow('01B')], [aTodo()], false],
  ['one less', [], [aTodo()], false],
  ['another', [aRow('01B')], [aTodo()], false],
  ['a photo', [aRow('01A', 1, { M1: KEY })], [aTodo({ attachments: [aPhoto(URL)] })], true],
  ['a photo that waits', [aRow('01A', 1, { M1: null })], [aTodo({ attachments: [aPhoto(null)] })], true],
  ['a thumbnail that came', [aRow('01A', 1, { M1: KEY })], [aTodo({ attachments: [aPhoto(null)] })], false],
  ['a thumbnail that went', [aRow('01A', 1, { M1: null })], [aTodo({ attachments: [aPhoto(URL)] })], false],
  ['a photo that came', [aRow('01A', 1, { M1: KEY })], [aTodo()], false],
  ['a photo that went', [aRow('01A')], [aTodo({ attachments: [aPhoto(URL)] })], false],
])('the table has %s', async (_, found, todos, isCurrent) => {
  tableOf({ Items: found });
  expect(await rows().areAsKnown(known(todos))).toBe(isCurrent);
});

test('what lies beyond where the list was read is not compared', async () => {
  tableOf({ Items: [aRow('01A')] });
  expect(await rows().areAsKnown(known([aTodo({ id: '01A' }), aTodo({ id: '01C' })], '01B'))).toBe(true);
});

test('a refusal says nothing of the list', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ __type: 'AccessDeniedException' }, { status: 400 }));
  await expect(rows().areAsKnown(known([]))).rejects.toThrow('The table answered 400');
});

test('neither does a table that does not answer in time', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => {}));
  const asked = createRows({
    config: CONFIG,
    sub: 'sub-1',
    credentials: async () => ownCredentials(CREDENTIALS),
    time: TIME,
    patience: 10,
  });
  await expect(asked.areAsKnown(known([]))).rejects.toThrow('timeout');
});
