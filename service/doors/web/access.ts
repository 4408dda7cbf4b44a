import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Action } from '../../base/permissions.ts';
import type { WebContext } from './context.ts';
import { refuseCrossSite } from './guard.ts';
import { countBySource, countRequest, type Rate, rates } from './rates.ts';

/**
 * Who is let in: anybody, an application by its API key, administration by an API key or a session of an operator, an operator
 * at the console, a user at the own page.
 */
export type Who = 'anybody' | 'application' | 'administration' | 'operator' | 'user';

/** A check of a request. It throws a problem, answers the request itself, or lets it pass. */
export type RequestCheck = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Who may ask and how often, with the checks that see to it. */
export interface RouteAccess {
  readonly who: Who;
  /** What an operator or API key has to be allowed to do. */
  readonly action?: Action;
  readonly rates: readonly Rate[];
  /** Why there is no rate limit. */
  readonly unlimited?: string;
  /** Run in this order before the body is read: nothing is parsed for a request that is not let in. */
  readonly beforeBody: readonly RequestCheck[];
  /** Run once the body was read and fits its schema. */
  readonly afterBody?: readonly RequestCheck[];
}

/** Anybody, as often as they like. @param why it needs no rate limit */
export function unlimited(why: string): RouteAccess {
  return { who: 'anybody', rates: [], unlimited: why, beforeBody: [] };
}

/** Anybody, limited by source. @param checks that run before the rate limit */
export function bySource(
  context: WebContext,
  limit: Rate,
  checks: readonly RequestCheck[] = [],
): RouteAccess {
  const takeOne: RequestCheck = async request => countBySource(context, limit, request);
  return { who: 'anybody', rates: [limit], beforeBody: [...checks, takeOne] };
}

/** Pages for anybody. */
export function pageBySource(context: WebContext): RouteAccess {
  return bySource(context, rates.page);
}

/** Forms of the service's own pages, sent by anybody. */
export function formBySource(context: WebContext, limit: Rate = rates.form): RouteAccess {
  return bySource(context, limit, [refuseCrossSite]);
}

/** The same access for fewer: requests that more checks let pass, limited by more rates. */
export function narrowed(access: RouteAccess, to: Partial<RouteAccess>): RouteAccess {
  return {
    ...access,
    ...to,
    rates: [...access.rates, ...(to.rates ?? [])],
    beforeBody: [...access.beforeBody, ...(to.beforeBody ?? [])],
    afterBody: [...(access.afterBody ?? []), ...(to.afterBody ?? [])],
  };
}

/** The same access with a second rate limit, by a key that stands in the body. */
export function alsoLimited(
  context: WebContext,
  access: RouteAccess,
  limit: Rate,
  keyOf: (request: FastifyRequest) => string,
): RouteAccess {
  const takeOne: RequestCheck = async request => countRequest(context, limit, keyOf(request));
  return narrowed(access, { rates: [limit], afterBody: [takeOne] });
}
