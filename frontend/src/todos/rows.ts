/** The person's own rows of the todos table, read past the API: whether the list on this page is still as it is. */
import { AwsV4Signer } from 'aws4fetch';
import type { OwnCredentials } from '../account/page-owner';
import { type ServerTime, signingTime } from '../api/server-time';
import type { Attachment, Todo } from '../api/types';
import type { Config } from '../config';
import type { Known } from './coverage';

export interface RowsParts {
  config: Pick<Config, 'region' | 'todos_table' | 'dynamodb_endpoint'>;
  sub: string;
  credentials(): Promise<OwnCredentials>;
  time: ServerTime;
  /** How long the table may take, in milliseconds. */
  patience?: number;
}

/** A row in DynamoDB's own notation, with what tells one state of a todo from another. */
export interface Row {
  todo_id: { S: string };
  version: { N: string };
  /** A photo's thumbnail comes without a new version. */
  attachments?: { M: Record<string, { M: { thumbnail?: { S: string } } }> };
}

type Key = Record<string, { S: string }>;

interface Answer {
  Items: Row[];
  LastEvaluatedKey?: Key;
}

/** All but the trash, by an index of the table itself, so that reads are consistent. */
const INDEX = 'by_created';

export function createRows({ config, sub, credentials, time, patience = 5_000 }: RowsParts) {
  const { region, todos_table, dynamodb_endpoint } = config;
  const url = `${dynamodb_endpoint ?? `https://dynamodb.${region}.amazonaws.com`}/`;

  async function query(upTo: string, from: Key | undefined, signal: AbortSignal): Promise<Answer> {
    const signer = new AwsV4Signer({
      ...(await credentials()),
      method: 'POST',
      url,
      service: 'dynamodb',
      region,
      datetime: signingTime(time.now()),
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'DynamoDB_20120810.Query' },
      body: JSON.stringify({
        TableName: todos_table,
        IndexName: INDEX,
        ConsistentRead: true,
        KeyConditionExpression: 'user_id = :sub AND live_id <= :upTo',
        ExpressionAttributeValues: { ':sub': { S: sub }, ':upTo': { S: upTo } },
        ProjectionExpression: 'todo_id, version, attachments',
        ...(from && { ExclusiveStartKey: from }),
      }),
    });
    const { method, headers, body } = await signer.sign();
    const answer = await fetch(url, { method, headers, body: body ?? null, signal });
    if (!answer.ok) throw new Error(`The table answered ${answer.status}`);
    return answer.json();
  }

  async function read(upTo: string, signal: AbortSignal): Promise<Row[]> {
    const rows: Row[] = [];
    let from: Key | undefined;
    do {
      const answer = await query(upTo, from, signal);
      rows.push(...answer.Items);
      from = answer.LastEvaluatedKey;
    } while (from);
    return rows;
  }

  return {
    /** Whether the table holds just these todos, up to where the list has been read. */
    async areAsKnown({ todos, reach }: Known): Promise<boolean> {
      const { upTo } = reach.all;
      const listed = [...todos.values()].filter(todo => todo.id <= upTo);
      const rows = await inTime(patience, signal => read(upTo, signal));
      return rows.length === listed.length && rows.every(row => isAsKnown(row, todos.get(row.todo_id.S)));
    },
  };
}

/** Credentials take no signal, so the wait for them ends here too. */
function inTime<Value>(patience: number, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const signal = AbortSignal.timeout(patience);
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work(signal), over]);
}

function isAsKnown({ version, attachments }: Row, todo: Todo | undefined): boolean {
  const photos = attachments?.M ?? {};
  return (
    todo?.version === Number(version.N) &&
    todo.attachments.length === Object.keys(photos).length &&
    todo.attachments.every(photo => isShownBy(photo, photos[photo.media_id]?.M.thumbnail?.S))
  );
}

/** The table has the thumbnail's key, and the API gives its address. */
const isShownBy = ({ thumbnail_url }: Attachment, key: string | undefined): boolean =>
  key === undefined ? thumbnail_url === null : thumbnail_url?.endsWith(`/${key}`) === true;
