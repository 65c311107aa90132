import { afterEach, expect, test, vi } from 'vitest';
import { type Config, loadConfig, withAddresses } from './config';

const AWS: Config = {
  stage: 'prod',
  api: 'https://todo.example.com/api',
  region: 'eu-north-1',
  user_pool_id: 'pool',
  user_pool_client_id: 'client',
  identity_pool_id: 'identities',
  user_pool_endpoint: null,
  identity_pool_endpoint: null,
  media_bucket: 'media',
  s3_endpoint: null,
  todos_table: 'todos',
  dynamodb_endpoint: null,
  mailbox: null,
};

test('a stage on AWS stays as it is', () => {
  expect(withAddresses(AWS, 'https://todo.example.com')).toEqual(AWS);
});

test('paths are addresses at the origin of the page, whatever port it was forwarded to', () => {
  const local = { ...AWS, api: '/api', s3_endpoint: '/', user_pool_endpoint: '/', mailbox: '/mailbox/' };
  expect(withAddresses(local, 'http://127.0.0.1:9000')).toEqual({
    ...local,
    api: 'http://127.0.0.1:9000/api',
    s3_endpoint: 'http://127.0.0.1:9000',
    user_pool_endpoint: 'http://127.0.0.1:9000',
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function answers(...all: (Response | Error)[]) {
  vi.stubGlobal('location', new URL('https://todo.example.com/todos/'));
  return async () => {
    const next = all.shift() ?? new Error('asked too often');
    if (next instanceof Error) throw next;
    return next;
  };
}

test('a read that fails is tried twice more', async () => {
  const fetch = answers(new Error('lost'), new Response('', { status: 503 }), Response.json(AWS));
  expect(await loadConfig(fetch, [0, 0])).toEqual(AWS);
});

test('after three tries the last failure is told', async () => {
  const fetch = answers(new Error('lost'), new Error('lost'), new Response('', { status: 503 }));
  await expect(loadConfig(fetch, [0, 0])).rejects.toThrow('/config.json: 503');
});
