import { expect, test } from 'vitest';
import { type Config, withAddresses } from './config';

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
