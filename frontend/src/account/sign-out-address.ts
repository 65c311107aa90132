import type { Config } from '../config';

/** Where to go to sign out of Cognito's pages too, which lead back to the start page. */
export function signOutAddress({ sign_in_pages, user_pool_client_id }: Config, origin: string): string {
  const query = new URLSearchParams({ client_id: user_pool_client_id, logout_uri: `${origin}/` });
  return `${sign_in_pages?.address}/logout?${query}`;
}
