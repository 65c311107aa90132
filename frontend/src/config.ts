/** What the page must know about where it runs; the same build serves every stage. */

export interface Config {
  stage: string;
  api: string;
  region: string;
  user_pool_id: string;
  user_pool_client_id: string;
  identity_pool_id: string;
  /** Null on AWS, where the region says enough. */
  user_pool_endpoint: string | null;
  identity_pool_endpoint: string | null;
  media_bucket: string;
  s3_endpoint: string | null;
  todos_table: string;
  dynamodb_endpoint: string | null;
  /** Where the laptop keeps the mails it caught; null elsewhere. */
  mailbox: string | null;
}

export async function loadConfig(): Promise<Config> {
  const answer = await fetch('/config.json', { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`/config.json: ${answer.status}`);
  return answer.json();
}
