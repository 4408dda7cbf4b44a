import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pushLimits } from '../../base/limits/push.ts';
import { webLimits } from '../../base/limits/web.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import type { Push } from '../../subjects/push/pushes.ts';
import type { WebContext } from '../web/context.ts';
import { cookieOf, setCookie } from '../web/cookies.ts';

/** A log-in that one browser waits for. Its cookie holds all of it, so that any node can continue. */
export interface AwaitedLogIn extends Push {
  /** The identifier of this browser. A secret: no other browser can redeem the log-in. */
  readonly session: string;
  /** As typed. */
  readonly user: string;
}

/** One of the service's own forms, by the path of its cookie and of its routes. */
export type AutosendPath = '/login' | '/me';

/** Makes a new secret that identifies a browser. */
export function newSession(): string {
  return randomBytes(webLimits.autosendSessionBytes).toString('base64url');
}

/** Stores the awaited log-in in the browser. */
export function keepAwaited(
  context: WebContext,
  reply: FastifyReply,
  path: AutosendPath,
  awaited: AwaitedLogIn,
): void {
  const { id, session, number, expiresMs, user } = awaited;
  const body = Buffer.from(JSON.stringify([id, session, number, expiresMs, user])).toString('base64url');
  setCookie(context, reply, {
    name: cookieName(context),
    path,
    value: `${body}.${macOfBody(context, path, body)}`,
    seconds: Math.ceil((pushLimits.pushMs + webLimits.autosendAnsweredMs) / 1000),
  });
}

/** Deletes it from the browser. */
export function forgetAwaited(context: WebContext, reply: FastifyReply, path: AutosendPath): void {
  setCookie(context, reply, { name: cookieName(context), path, value: '', seconds: 0 });
}

/**
 * Returns the log-in that a request's browser waits for; undefined if there is none, or if this service did not write
 * it.
 */
export function awaitedBy(
  context: WebContext,
  request: FastifyRequest,
  path: AutosendPath,
): AwaitedLogIn | undefined {
  const [body = '', mac = ''] = (cookieOf(request, cookieName(context)) ?? '').split('.', 2);
  const expected = Buffer.from(macOfBody(context, path, body));
  const given = Buffer.from(mac);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const [id, session, number, expiresMs, user] = JSON.parse(
    Buffer.from(body, 'base64url').toString(),
  ) as readonly [string, string, number, number, string];
  return { id, session, number, expiresMs, user };
}

function macOfBody({ management }: WebContext, path: AutosendPath, body: string): string {
  return macOf(management.keys, 'autosend', [path, body]);
}

function cookieName({ userCookie }: WebContext): string {
  return `${userCookie()}-autosend`;
}
