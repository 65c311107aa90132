/** The buttons that lead to other providers, where the stage has them. */
import type { Config } from '../config';
import type { Task } from './Form';
import { nameOf } from './providers';
import { createSignInPages, type PagesParts } from './sign-in-pages';

export function OtherProviders({ config, task }: { config: Config; task: Task }) {
  const pages = pagesOf(config);
  const { providers = [] } = config.sign_in_pages ?? {};
  if (!pages || providers.length === 0) return null;

  const go = async (provider: string) => location.assign(await pages.begin(provider, location.search));
  return (
    <div class="providers" role="group" aria-label="Other ways to sign in">
      <p class="small quiet" aria-hidden="true">
        or
      </p>
      {providers.map(provider => (
        <button key={provider} class="btn" type="button" onClick={() => void task.run(() => go(provider))}>
          Continue with {nameOf(provider)}
        </button>
      ))}
    </div>
  );
}

/** Cognito's own pages, as this site uses them; null where the stage has none. */
export function pagesOf(config: Config): ReturnType<typeof createSignInPages> | null {
  const { sign_in_pages: pages, user_pool_client_id: clientId } = config;
  if (!pages) return null;
  const parts: PagesParts = {
    pages,
    clientId,
    origin: location.origin,
    storage: sessionStorage,
    fetch: (url, init) => fetch(url, init),
  };
  return createSignInPages(parts);
}
