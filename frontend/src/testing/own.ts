/** Tokens and credentials of the page's person, for tests of what uses them. */
import type { OwnCredentials, OwnToken } from '../account/page-owner';
import type { Credentials } from '../account/session';

export const ownToken = (text: string): OwnToken => text as OwnToken;
export const ownCredentials = (credentials: Credentials): OwnCredentials => credentials as OwnCredentials;
