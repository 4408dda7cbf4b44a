import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../base/actor.ts';
import { prepareSource } from '../../base/source.ts';
import type { Management } from '../../storage/management.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import {
  type Origin,
  type UserBearer,
  type UserSession,
  userActor,
  userSessionOf,
} from '../../subjects/users/user-sessions.ts';
import type { TypedLogIn } from '../login/service-application.ts';
import type { WebContext } from '../web/context.ts';
import { cookieOf, setCookie } from '../web/cookies.ts';
import { attemptOf, field } from '../web/forms.ts';

/** One request of a user who is signed in to the self-service page. */
export interface SelfServiceContext {
  readonly context: WebContext;
  readonly management: Management;
  readonly request: FastifyRequest;
  readonly session: UserSession;
  readonly actor: Actor;
  /** The service's name. */
  readonly service: string;
  /** Returns a field of the sent form, or else of the address; empty if it is in neither. */
  value(name: string): string;
}

/** Returns the context of a request, or undefined if nobody is signed in. */
export async function selfServiceContextOf(
  context: WebContext,
  request: FastifyRequest,
): Promise<SelfServiceContext | undefined> {
  return selfServiceContextBy(context, request, cookieOf(request, context.userCookie()));
}

/** The same by the value of a cookie, which the browser may not have yet. */
export async function selfServiceContextBy(
  context: WebContext,
  request: FastifyRequest,
  cookieValue: string | undefined,
): Promise<SelfServiceContext | undefined> {
  const { management } = context;
  const session = await userSessionOf(management, cookieValue);
  if (session === undefined) return undefined;
  return {
    context,
    management,
    request,
    session,
    actor: userActor(session.user, originOf(request)),
    service: await readServiceName(context.db),
    value: name => (request.method === 'POST' ? field(request.body, name) : queryValue(request, name)),
  };
}

export function originOf(request: FastifyRequest): Origin {
  return { source: prepareSource(request.ip), requestId: request.id };
}

/** Returns the typed fields of a form besides the user's name, with the source of the request. */
export function typedIn(request: FastifyRequest): Omit<TypedLogIn, 'user'> {
  const { body } = request;
  return {
    ...originOf(request),
    passcode: field(body, 'passcode'),
    password: field(body, 'password'),
    pin: field(body, 'pin'),
    idempotencyKey: attemptOf(request),
  };
}

/** Sets the cookie of a session of the page. */
export function giveUserCookie(context: WebContext, reply: FastifyReply, session: UserBearer): void {
  setSession(context, reply, session.value, Math.floor((session.expiresMs - context.clock()) / 1000));
}

export function clearUserCookie(context: WebContext, reply: FastifyReply): void {
  setSession(context, reply, '', 0);
}

function setSession(context: WebContext, reply: FastifyReply, value: string, seconds: number): void {
  setCookie(context, reply, { name: context.userCookie(), value, path: '/me', seconds });
}

function queryValue({ query }: FastifyRequest, name: string): string {
  if (typeof query !== 'object' || query === null) return '';
  const value: unknown = (query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}
