import type { FastifyReply } from 'fastify';
import type { OperatorSession } from '../../../subjects/users/access/operators.ts';
import type { WebContext } from '../../web/context.ts';
import { setCookie } from '../../web/cookies.ts';

/** Sets the session's cookie, for as long as the session lasts at most. */
export function giveCookie(context: WebContext, reply: FastifyReply, session: OperatorSession): void {
  setSession(context, reply, session.token, Math.floor((session.expiresMs - context.clock()) / 1000));
}

export function clearCookie(context: WebContext, reply: FastifyReply): void {
  setSession(context, reply, '', 0);
}

/** The API accepts the session as well, so the cookie is for the whole service. */
function setSession(context: WebContext, reply: FastifyReply, value: string, seconds: number): void {
  setCookie(context, reply, { name: context.operatorCookie(), value, path: '/', seconds });
}
