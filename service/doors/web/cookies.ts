import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebContext } from './context.ts';

const asItIs = (value: string) => value;
/** Values are base64url with dots: nothing in them is escaped, and no second way to write one is accepted. */
const VALUES = { decode: asItIs, encode: asItIs };

/** Lets routes read cookies and give some. */
export function acceptCookies(app: FastifyInstance): void {
  app.register(fastifyCookie, { parseOptions: VALUES });
}

/** The value of a cookie that came with a request: of several with one name, that of the first. */
export function cookieOf({ cookies }: FastifyRequest, name: string): string | undefined {
  return cookies[name];
}

export interface GivenCookie {
  readonly name: string;
  readonly value: string;
  /** The only paths that the browser sends it to. */
  readonly path: '/' | '/login' | '/me';
  /** How long the browser keeps it; 0 to forget it now. */
  readonly seconds: number;
}

/**
 * Gives the browser a cookie that no script reads and no other site sends. No Secure over plain HTTP, which is served on
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
