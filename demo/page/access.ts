import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KEY_BYTES, URL_CHARS_MAX } from '../play/limits.ts';

/** What a request shows of the key that the demo prints with its address. */
export type ShownKey =
  /** Nothing, or something else. */
  | 'nothing'
  /** The key, in the address: the browser gets a cookie in its place. */
  | 'key'
  /** The cookie. */
  | 'cookie';

/**
 * Who may use the page: everybody on this computer can reach its port, so the address that is printed has a key. It leaves the
 * address at its first use, for a cookie.
 */
export class PageAccess {
  /** A secret. */
  readonly key: string;
  private readonly cookie: string;

  constructor() {
    this.key = randomBytes(KEY_BYTES).toString('base64url');
    this.cookie = randomBytes(KEY_BYTES).toString('base64url');
  }

  /** @param port where the page is: cookies are not kept apart by port, and another demo has a cookie of its own */
  shownBy(request: IncomingMessage, port: number): ShownKey {
    const [, query = ''] = (request.url ?? '').slice(0, URL_CHARS_MAX).split('?');
    const key = new URLSearchParams(query).get('key');
    if (key !== null) return isSame(key, this.key) ? 'key' : 'nothing';
    const [, cookie = ''] =
      (request.headers.cookie ?? '')
        .split('; ')
        .map(pair => pair.split('='))
        .find(([name]) => name === cookieName(port)) ?? [];
    return isSame(cookie, this.cookie) ? 'cookie' : 'nothing';
  }

  /** The header that gives a browser its cookie; it ends with the browser. */
  setCookie(port: number): string {
    // Lax: the address may be opened from a page or a program of another site, by whoever started the demo.
    return `${cookieName(port)}=${this.cookie}; Path=/; HttpOnly; SameSite=Lax`;
  }
}

const cookieName = (port: number) => `passfob-demo-${port}`;

function isSame(shown: string, secret: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
