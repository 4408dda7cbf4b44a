import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KEY_BYTES, URL_CHARS_MAX } from '../play/limits.ts';

/** Which proof of access a request carries. */
export type ShownKey =
  /** No key, or a wrong one. */
  | 'nothing'
  /** The key in the address; the browser gets a cookie in exchange. */
  | 'key'
  /** The right cookie. */
  | 'cookie';

/**
 * Access control of the page. Every user of this computer can reach the port, so the printed address contains a key.
 * At the first use the key is replaced by a cookie and leaves the address.
 */
export class PageAccess {
  /** A secret. */
  readonly key: string;
  private readonly cookie: string;

  constructor() {
    this.key = randomBytes(KEY_BYTES).toString('base64url');
    this.cookie = randomBytes(KEY_BYTES).toString('base64url');
  }

  /** @param port of the page: browsers share cookies between ports, so each demo's cookie has its port in its name */
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

  /** Returns the header that sets the cookie, which lasts until the browser closes. */
  setCookie(port: number): string {
    // Lax: the user may open the address from a page of another site or from a program.
    return `${cookieName(port)}=${this.cookie}; Path=/; HttpOnly; SameSite=Lax`;
  }
}

const cookieName = (port: number) => `passfob-demo-${port}`;

function isSame(shown: string, secret: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
