import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServerTime } from '../api/server-time';
import { ownCredentials } from '../testing/own';
import { createBucket, objectUrl } from './bucket';

const CONFIG = { region: 'eu-central-1', media_bucket: 'media', s3_endpoint: null };
const LOCAL = { ...CONFIG, s3_endpoint: 'http://127.0.0.1:4566' };
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token/+=' };

const aBucket = (config = CONFIG as Parameters<typeof objectUrl>[0], time = createServerTime()) =>
  createBucket({ config, sub: 'sub-1', credentials: async () => ownCredentials(CREDENTIALS), time });

const MEDIA = '01ARYZ6S410000000000000000';

/** S3 as it judges signatures: by its own clock, give or take 15 minutes. */
const bucketTime = new Date('2026-11-29T12:00:00Z');
const sent: string[] = [];

class Transfer {
  status = 0;
  upload = {};
  onload = () => {};
  private url = new URL('http://nowhere.test');
  open(_: string, url: string): void {
    this.url = new URL(url);
  }
  setRequestHeader(): void {}
  getResponseHeader = (name: string): string | null => (name === 'Date' ? bucketTime.toUTCString() : null);
  send(): void {
    const signed = this.url.searchParams.get('X-Amz-Date') ?? '';
    sent.push(signed);
    this.status = signed.startsWith('20261129T12') ? 200 : 403;
    this.onload();
  }
}

beforeEach(() => {
  sent.length = 0;
  vi.stubGlobal('XMLHttpRequest', Transfer);
});
afterEach(() => void vi.unstubAllGlobals());

const send = (time: ReturnType<typeof createServerTime>) =>
  aBucket(CONFIG, time).put(MEDIA, new Blob(['a'], { type: 'image/png' }), {
    signal: new AbortController().signal,
    onProgress: () => {},
  });

test('addresses and uploads are signed by the server’s time', async () => {
  const time = createServerTime(() => Date.parse('2026-11-28T12:00:00Z'));
  time.learn(bucketTime.toUTCString());
  const url = new URL(await aBucket(CONFIG, time).viewUrl(MEDIA));
  expect(url.searchParams.get('X-Amz-Date')).toBe('20261129T120000Z');
  await send(time);
  expect(sent).toEqual(['20261129T120000Z']);
});

test('an upload that the bucket refuses for its time is signed anew by the bucket’s, once', async () => {
  await send(createServerTime(() => Date.parse('2026-11-28T12:00:00Z')));
  expect(sent).toEqual(['20261128T120000Z', '20261129T120000Z']);
});

test('one that it refuses for something else is not sent again', async () => {
  const time = createServerTime(() => bucketTime.getTime());
  vi.stubGlobal(
    'XMLHttpRequest',
    class extends Transfer {
      override send(): void {
        sent.push('once');
        this.status = 403;
        this.onload();
      }
    },
  );
  await expect(send(time)).rejects.toThrow('403');
  expect(sent).toEqual(['once']);
});

test('on AWS the bucket is part of the host, elsewhere of the path', () => {
  expect(objectUrl(CONFIG, 'users/s/1').href).toBe('https://media.s3.eu-central-1.amazonaws.com/users/s/1');
  expect(objectUrl(LOCAL, 'users/s/1').href).toBe('http://127.0.0.1:4566/media/users/s/1');
});

test('a signed address names the own prefix, the temporary credentials and a short life', async () => {
  const url = new URL(await aBucket().viewUrl(MEDIA));
  expect(url.pathname).toBe('/users/sub-1/01ARYZ6S410000000000000000');
  expect(url.searchParams.get('X-Amz-Expires')).toBe('900');
  expect(url.searchParams.get('X-Amz-Security-Token')).toBe(CREDENTIALS.sessionToken);
  expect(url.searchParams.get('X-Amz-Credential')).toMatch(
    /^ASIAEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request$/,
  );
  expect(url.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host');
});

test('the laptop has it too', async () => {
  const url = new URL(await aBucket(LOCAL).viewUrl(MEDIA));
  expect(url.origin).toBe('http://127.0.0.1:4566');
  expect(url.pathname).toBe('/media/users/sub-1/01ARYZ6S410000000000000000');
});

test('a thumbnail is signed where it lies', async () => {
  const url = new URL(
    await aBucket(LOCAL).thumbnailUrl('http://127.0.0.1:4566/thumbs/users/sub-1/M/0/160.webp'),
  );
  expect(url.origin + url.pathname).toBe('http://127.0.0.1:4566/thumbs/users/sub-1/M/0/160.webp');
  expect(url.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
});

test('a thumbnail is at the address by which this page reaches the bucket', async () => {
  const forwarded = { ...LOCAL, s3_endpoint: 'http://127.0.0.1:9000' };
  const url = new URL(await aBucket(forwarded).thumbnailUrl('http://127.0.0.1:4566/thumbs/M/160.webp'));
  expect(url.origin + url.pathname).toBe('http://127.0.0.1:9000/thumbs/M/160.webp');
});
