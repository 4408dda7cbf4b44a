import type { FastifyReply } from 'fastify';
import type { OperatorSession } from '../../../features/users/access/operators.ts';
import type { WebContext } from '../../web/context.ts';
import { setCookie } from '../../web/cookies.ts';

/** Gives the browser a session, until it ends however much it is used. */
export function giveCookie(context: WebContext, reply: FastifyReply, session: OperatorSession): void {
  setSession(context, reply, session.token, Math.floor((session.expiresMs - context.clock()) / 1000));
}

export function clearCookie(context: WebContext, reply: FastifyReply): void {
  setSession(context, reply, '', 0);
}

/** The API takes the session as well, so the whole service gets it. */
function setSession(context: WebContext, reply: FastifyReply, value: string, seconds: number): void {
  setCookie(context, reply, { name: context.operatorCookie(), value, path: '/', seconds });
}
