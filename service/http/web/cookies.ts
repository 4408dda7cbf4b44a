import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebContext } from './context.ts';

const asItIs = (value: string) => value;
/** Values are base64url with dots: nothing in them is escaped, and only one spelling is accepted. */
const VALUES = { decode: asItIs, encode: asItIs };

/** Lets routes read and set cookies. */
export function acceptCookies(app: FastifyInstance): void {
  app.register(fastifyCookie, { parseOptions: VALUES });
}

/** Returns the value of a request's cookie; of several with one name, the first. */
export function cookieOf({ cookies }: FastifyRequest, name: string): string | undefined {
  return cookies[name];
}

export interface GivenCookie {
  readonly name: string;
  readonly value: string;
  /** The browser sends the cookie only below this path. */
  readonly path: '/' | '/login' | '/me';
  /** How long the browser keeps it; 0 deletes it. */
  readonly seconds: number;
}

/**
 * Sets a cookie that no script reads and no other site sends. It lacks Secure over plain HTTP, which is served on
 * loopback only: some browsers refuse it there.
 */
export function setCookie(
  { isSecure }: WebContext,
  reply: FastifyReply,
  { name, value, path, seconds }: GivenCookie,
): void {
  reply.setCookie(name, value, {
    maxAge: seconds,
    path,
    httpOnly: true,
    secure: isSecure,
    sameSite: 'strict',
  });
}
