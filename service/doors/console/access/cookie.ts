import type { FastifyReply } from 'fastify';
import type { OperatorSession } from '../../../features/users/access/operators.ts';
import type { WebContext } from '../../web/context.ts';

/** Gives the browser a session, until it ends however much it is used. */
export function giveCookie(context: WebContext, reply: FastifyReply, session: OperatorSession): void {
  const maxAgeSeconds = Math.floor((session.expiresMs - context.clock()) / 1000);
  const value = `${context.operatorCookie()}=${session.token}; ${attributes(context)}; Max-Age=${maxAgeSeconds}`;
  reply.header('set-cookie', value);
}

export function takeCookie(context: WebContext, reply: FastifyReply): void {
  reply.header('set-cookie', `${context.operatorCookie()}=; ${attributes(context)}; Max-Age=0`);
}

/** The API takes the session as well, so the whole service gets it. No Secure over plain HTTP, which is served on loopback only: some browsers refuse it there. */
function attributes({ isSecure }: WebContext): string {
  return `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
