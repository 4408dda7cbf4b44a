import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../../base/actor.ts';
import type { Role } from '../../../base/kinds.ts';
import { type Action, may, permissions } from '../../../base/permissions.ts';
import { prepareSource } from '../../../base/source.ts';
import { apiKeyOf } from '../../../subjects/api-keys/acts.ts';
import { actorOfSession, isCsrfToken, isFresh, sessionOf } from '../../../subjects/users/sessions.ts';
import type { RouteAccess } from '../../web/access.ts';
import { vouchFor } from '../../web/admission.ts';
import type { WebContext } from '../../web/context.ts';
import { cookieOf } from '../../web/cookies.ts';
import { refuseCrossSite } from '../../web/guard.ts';
import { Problem } from '../../web/problems.ts';
import { countBySource, countRequest, rates } from '../../web/rates.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The caller, and whether their credentials allow dangerous actions now. */
interface Caller {
  readonly actor: Actor & { readonly role: Role };
  readonly isFresh: boolean;
}

const actors = new WeakMap<FastifyRequest, Actor>();

/** Access to administration for callers who may take an action. */
export function administrationAccess(context: WebContext, action: Action): RouteAccess {
  return {
    who: 'administration',
    action,
    rates: [rates.stranger, rates.administration],
    beforeBody: [request => admit(context, request, action)],
  };
}

/**
 * Admits a request by an administration API key or by an operator's session, before its body is read. A key needs no
 * fresh proof: no person is there to give one, and a key serves one purpose with one role.
 *
 * @throws Problem `credentials_needed`, `forbidden`, `not_allowed`, `proof_needed`, `too_many`
 */
async function admit(context: WebContext, request: FastifyRequest, action: Action): Promise<void> {
  const caller = (await byKey(context, request)) ?? (await bySession(context, request));
  if (caller === undefined) {
    countBySource(context, rates.stranger, request);
    throw new Problem('credentials_needed');
  }
  countRequest(context, rates.administration, caller.actor.name);
  if (!may(caller.actor.role, action)) throw new Problem('not_allowed');
  if (permissions[action].dangerous && !caller.isFresh) throw new Problem('proof_needed');
  vouchFor(request);
  actors.set(request, caller.actor);
}

/** Returns the actor of an admitted request. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request);
  if (actor === undefined) throw new Problem('credentials_needed');
  return actor;
}

/** Returns the value of a bearer token, or undefined. */
export function bearerOf(request: FastifyRequest): string | undefined {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' ? value : undefined;
}

async function byKey({ management }: WebContext, request: FastifyRequest): Promise<Caller | undefined> {
  const value = bearerOf(request);
  if (value === undefined) return undefined;
  const key = await apiKeyOf(management.db, value, management.clock());
  if (key === undefined) return undefined;
  const actor = {
    name: `api:${key.name}`,
    role: key.role,
    source: prepareSource(request.ip),
    requestId: request.id,
  };
  return { actor, isFresh: true };
}

async function bySession(context: WebContext, request: FastifyRequest): Promise<Caller | undefined> {
  // If a key is sent, it must be valid: a cookie must not make up for a wrong one.
  if (request.headers.authorization !== undefined) return undefined;
  const { management } = context;
  const session = await sessionOf(management, cookieOf(request, context.operatorCookie()));
  if (session === undefined) return undefined;
  if (!SAFE_METHODS.has(request.method)) {
    await refuseCrossSite(request);
    const csrf = request.headers['x-csrf-token'];
    if (typeof csrf !== 'string' || !isCsrfToken(session, csrf)) throw new Problem('forbidden');
  }
  const actor = {
    ...actorOfSession(session, prepareSource(request.ip), request.id),
    role: session.role,
  };
  return { actor, isFresh: isFresh(session, management.clock()) };
}
