import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { MAX_URL_CHARS } from '../limits.ts';

/**
 * Names under which a browser may reach this server. Any other `Host` is a foreign name that points at this machine
 * (DNS rebinding), and would make the page part of that name's origin.
 */
const OWN_NAMES = ['127.0.0.1', 'localhost'];

/** Returns the request's `Host` (name and port) if it is ours. */
export function sameOriginHost(request: IncomingMessage, port: number): string | undefined {
  return OWN_NAMES.map(name => `${name}:${port}`).find(host => host === request.headers.host?.toLowerCase());
}

/** Whether our own page opens the WebSocket (RFC 6455 §10.2). A program without an origin does not count. */
export function isSameOrigin(request: IncomingMessage, port: number): boolean {
  return OWN_NAMES.some(name => request.headers.origin === `http://${name}:${port}`);
}

/**
 * Returns the path of a request below the page's folder. The folder may be a secret, because every user of this
 * computer can reach the port.
 * @returns undefined if the path is not in the folder
 */
export function pathInFolder({ url = '' }: IncomingMessage, folder: string): string | undefined {
  const path = url.slice(0, MAX_URL_CHARS).replace(/\?.*$/, '');
  const [shown, secret] = [Buffer.from(path.slice(0, folder.length)), Buffer.from(folder)];
  const isInside = shown.length === secret.length && timingSafeEqual(shown, secret);
  return isInside ? path.slice(folder.length) : undefined;
}

/** Returns the headers of every answer to `host`. Pages of this machine, on any port, may show the fob in a frame. */
export function securityHeaders(host: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // Safari before 15.4 did not count WebSockets as 'self'.
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}
