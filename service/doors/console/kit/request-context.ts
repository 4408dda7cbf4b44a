import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../../base/actor.ts';
import { type Action, may } from '../../../base/permissions.ts';
import { prepareSource } from '../../../base/source.ts';
import { actorOfSession, type SignInSession, sessionOf } from '../../../features/users/sessions.ts';
import { readServiceName } from '../../../features/users/settings.ts';
import type { Management } from '../../../storage/management.ts';
import type { WebContext } from '../../web/context.ts';
import { cookieOf } from '../../web/cookies.ts';
import { Upload, type UploadedFile } from './upload.ts';

/** One request of an operator who is in. */
export interface ConsoleContext {
  readonly context: WebContext;
  readonly management: Management;
  readonly request: FastifyRequest;
  readonly session: SignInSession;
  readonly actor: Actor;
  /** How the service calls itself. */
  readonly service: string;
  /** Whether the operator's role may do something. */
  may(action: Action): boolean;
  /** A field of the form that was sent, or else of the address; empty when it is in neither. */
  value(name: string): string;
  /** An uploaded file, or undefined when none was chosen. */
  file(name: string): UploadedFile | undefined;
}

/** The visit that a request is, or undefined where nobody is in. */
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
