import { expect, test } from 'vitest';
import { ownCredentials } from '../testing/own';
import { createBucket, objectUrl } from './bucket';

const CONFIG = { region: 'eu-central-1', media_bucket: 'media', s3_endpoint: null };
const LOCAL = { ...CONFIG, s3_endpoint: 'http://127.0.0.1:4566' };
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token/+=' };

const aBucket = (config = CONFIG as Parameters<typeof objectUrl>[0]) =>
  createBucket({ config, sub: 'sub-1', credentials: async () => ownCredentials(CREDENTIALS) });

test('on AWS the bucket is part of the host, elsewhere of the path', () => {
  expect(objectUrl(CONFIG, 'users/s/1').href).toBe('https://media.s3.eu-central-1.amazonaws.com/users/s/1');
  expect(objectUrl(LOCAL, 'users/s/1').href).toBe('http://127.0.0.1:4566/media/users/s/1');
});

test('a signed address names the own prefix, the temporary credentials and a short life', async () => {
  const url = new URL(await aBucket().viewUrl('01ARYZ6S410000000000000000'));
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
  const url = new URL(await aBucket(LOCAL).viewUrl('01ARYZ6S410000000000000000'));
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
