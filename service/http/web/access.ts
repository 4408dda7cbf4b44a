import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Action } from '../../base/permissions.ts';
import type { WebContext } from './context.ts';
import { refuseCrossSite } from './guard.ts';
import { countBySource, countRequest, type Rate, rates } from './rates.ts';

/**
 * The callers that a route admits: anybody, an application by its API key, administration by an API key or an
 * operator's session, an operator at the console, a user at the self-service page.
 */
export type Who = 'anybody' | 'application' | 'administration' | 'operator' | 'user';

/** A check of a request. It throws a problem, answers the request itself, or lets it pass. */
export type RequestCheck = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** The admitted callers and the rate limits of a route, with the checks that enforce both. */
export interface RouteAccess {
  readonly who: Who;
  /** The action that the operator or API key must be allowed to take. */
  readonly action?: Action;
  readonly rates: readonly Rate[];
  /** Why there is no rate limit. */
  readonly unlimited?: string;
  /** Run in this order before the body is read, so that nothing is parsed for a refused request. */
  readonly beforeBody: readonly RequestCheck[];
  /** Run after the body was read and checked against its schema. */
  readonly afterBody?: readonly RequestCheck[];
}

/** Admits anybody without a rate limit. @param why it needs no rate limit */
export function unlimited(why: string): RouteAccess {
  return { who: 'anybody', rates: [], unlimited: why, beforeBody: [] };
}

/** Admits anybody, limited by source. @param checks that run before the rate limit */
export function bySource(
  context: WebContext,
  limit: Rate,
  checks: readonly RequestCheck[] = [],
): RouteAccess {
  const takeOne: RequestCheck = async request => countBySource(context, limit, request);
  return { who: 'anybody', rates: [limit], beforeBody: [...checks, takeOne] };
}

/** Access to pages for anybody. */
export function pageBySource(context: WebContext): RouteAccess {
  return bySource(context, rates.page);
}

/** Access to forms of the service's own pages, for anybody. */
export function formBySource(context: WebContext, limit: Rate = rates.form): RouteAccess {
  return bySource(context, limit, [refuseCrossSite]);
}

/** Narrows an access by more checks and more rate limits. */
export function narrowed(access: RouteAccess, to: Partial<RouteAccess>): RouteAccess {
  return {
    ...access,
    ...to,
    rates: [...access.rates, ...(to.rates ?? [])],
    beforeBody: [...access.beforeBody, ...(to.beforeBody ?? [])],
    afterBody: [...(access.afterBody ?? []), ...(to.afterBody ?? [])],
  };
}

/** Adds a second rate limit, by a key from the body. */
export function alsoLimited(
  context: WebContext,
  access: RouteAccess,
  limit: Rate,
  keyOf: (request: FastifyRequest) => string,
): RouteAccess {
  const takeOne: RequestCheck = async request => countRequest(context, limit, keyOf(request));
  return narrowed(access, { rates: [limit], afterBody: [takeOne] });
}
