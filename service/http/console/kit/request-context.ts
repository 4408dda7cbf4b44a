import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../../base/actor.ts';
import { type Action, may } from '../../../base/permissions.ts';
import { prepareSource } from '../../../base/source.ts';
import type { Management } from '../../../storage/management.ts';
import { actorOfSession, type SignInSession, sessionOf } from '../../../subjects/users/sessions.ts';
import { readServiceName } from '../../../subjects/users/settings.ts';
import type { WebContext } from '../../web/context.ts';
import { cookieOf } from '../../web/cookies.ts';
import { Upload, type UploadedFile } from './upload.ts';

/** One request of an operator who is signed in. */
export interface ConsoleContext {
  readonly context: WebContext;
  readonly management: Management;
  readonly request: FastifyRequest;
  readonly session: SignInSession;
  readonly actor: Actor;
  /** The service's name. */
  readonly service: string;
  /** Whether the operator's role allows an action. */
  may(action: Action): boolean;
  /** Returns a field of the sent form, or else of the address; empty if it is in neither. */
  value(name: string): string;
  /** Returns an uploaded file; undefined if none was chosen. */
  file(name: string): UploadedFile | undefined;
}

/** Returns the context of a request, or undefined if nobody is signed in. */
export async function consoleContextOf(
  context: WebContext,
  request: FastifyRequest,
): Promise<ConsoleContext | undefined> {
  const session = await sessionOf(context.management, sessionValue(context, request));
  if (session === undefined) return undefined;
  return {
    context,
    management: context.management,
    request,
    session,
    service: await readServiceName(context.db),
    actor: actorOfSession(session, prepareSource(request.ip), request.id),
    may: action => may(session.role, action),
    value: name => sentValue(request, name) ?? queryValue(request, name),
    file: name => (request.body instanceof Upload ? request.body.files.get(name) : undefined),
  };
}

/** The session's cookie value, if there is one. */
export function sessionValue(context: WebContext, request: FastifyRequest): string | undefined {
  return cookieOf(request, context.operatorCookie());
}

function sentValue({ body }: FastifyRequest, name: string): string | undefined {
  const fields = body instanceof Upload ? body.fields : body;
  return fields instanceof URLSearchParams ? (fields.get(name) ?? undefined) : undefined;
}

function queryValue({ query }: FastifyRequest, name: string): string {
  if (typeof query !== 'object' || query === null) return '';
  const value: unknown = (query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}
