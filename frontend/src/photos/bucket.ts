/** The person's own part of the media bucket: signed URLs, and uploads that tell how far they are. */
import { AwsV4Signer } from 'aws4fetch';
import type { OwnCredentials } from '../account/page-owner';
import { type ServerTime, signingTime } from '../api/server-time';
import type { Config } from '../config';
import { objectKey } from './key';

export interface BucketParts {
  config: Pick<Config, 'region' | 'media_bucket' | 's3_endpoint'>;
  sub: string;
  credentials(): Promise<OwnCredentials>;
  time: ServerTime;
}

const LIFETIME_SECONDS = 900;
const CLOCKS_DIFFER_MS = 60_000;

export type Bucket = ReturnType<typeof createBucket>;

/** On AWS the bucket is part of the host; an endpoint of another kind has it in the path. */
export function objectUrl({ region, media_bucket, s3_endpoint }: BucketParts['config'], key: string): URL {
  const base =
    s3_endpoint === null
      ? `https://${media_bucket}.s3.${region}.amazonaws.com`
      : `${s3_endpoint}/${media_bucket}`;
  return new URL(`${base}/${key}`);
}

/** The API names an endpoint by the address that it knows itself; the page may know it by another. */
function atEndpoint({ s3_endpoint }: BucketParts['config'], address: URL): URL {
  return s3_endpoint === null ? address : new URL(address.pathname, s3_endpoint);
}

export function createBucket({ config, sub, credentials, time }: BucketParts) {
  async function sign(method: 'GET' | 'PUT' | 'DELETE', url: URL): Promise<string> {
    // The signer keeps a lifetime that is there already; its own would be a day.
    url.searchParams.set('X-Amz-Expires', String(LIFETIME_SECONDS));
    const signer = new AwsV4Signer({
      ...(await credentials()),
      method,
      url: url.href,
      service: 's3',
      region: config.region,
      signQuery: true,
      datetime: signingTime(time.now()),
    });
    return (await signer.sign()).url.href;
  }

  const original = (mediaId: string): URL => objectUrl(config, objectKey(sub, mediaId));

  return {
    viewUrl: (mediaId: string) => sign('GET', original(mediaId)),
    /** A thumbnail lies in a private bucket of its own; the API gives its plain address. */
    thumbnailUrl: (address: string) => sign('GET', atEndpoint(config, new URL(address))),
    async put(mediaId: string, file: Blob, options: PutOptions): Promise<void> {
      const url = () => sign('PUT', original(mediaId));
      const answer = await put(await url(), file, options);
      if (answer.status < 300) return;
      // The signature may be of a wrong time, and the bucket has just told the right one.
      const isMistimed = answer.status === 403 && isFarOff(time, answer.getResponseHeader('Date'));
      const again = isMistimed ? await put(await url(), file, options) : answer;
      if (again.status >= 300) throw new Error(`The bucket answered ${again.status}`);
    },
    async delete(mediaId: string): Promise<void> {
      const answer = await fetch(await sign('DELETE', original(mediaId)), { method: 'DELETE' });
      if (!answer.ok) throw new Error(`The object stays: ${answer.status}`);
    },
  };
}

export interface PutOptions {
  signal: AbortSignal;
  /** Called with how much has gone out, from 0 to 1. */
  onProgress(part: number): void;
}

/** Learns the time of an answer; true where it is another than that of the signature. */
function isFarOff(time: ServerTime, date: string | null): boolean {
  const before = time.now().getTime();
  time.learn(date);
  return Math.abs(time.now().getTime() - before) > CLOCKS_DIFFER_MS;
}

/** By XMLHttpRequest, which alone says how much has gone out. */
function put(url: string, file: Blob, { signal, onProgress }: PutOptions): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = event => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Error('The connection broke off'));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open('PUT', url);
    request.setRequestHeader('Content-Type', file.type);
    request.send(file);
  });
}
