import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../../base/actor.ts';
import type { Action } from '../../../base/permissions.ts';
import type { CodeOf, Exactly, RefusalCode, Result } from '../../../base/results.ts';
import type { FieldShape } from '../../../base/shapes.ts';
import type { Management } from '../../../storage/management.ts';
import type { WebContext } from '../../web/context.ts';

/** One admitted and checked request. */
export interface ApiCall<P, Q, B> {
  readonly context: WebContext;
  readonly management: Management;
  readonly actor: Actor;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly request: FastifyRequest;
}

/** One route of administration; the server, the description and the documentation are generated from it. */
export interface ApiRoute<P = unknown, Q = unknown, B = unknown, A = unknown> {
  /** The name of the operation. */
  readonly name: string;
  /** What it does, a sentence for the description. */
  readonly summary: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters as `:name`. */
  readonly path: string;
  readonly permission: Action;
  readonly params?: FieldShape<P>;
  readonly query?: FieldShape<Q>;
  readonly body?: FieldShape<B>;
  /** An example of a body, for the description. */
  readonly example?: NoInfer<B>;
  readonly bodyMaxBytes?: number;
  /** The response body. */
  readonly answer: FieldShape<A>;
  /** Default 200. */
  readonly status?: 201;
  /** The possible refusals of the action. */
  readonly refusals: readonly RefusalCode[];
  handle(call: ApiCall<P, Q, B>): Promise<Result<A>>;
}

interface Declared<P, Q, B, A, L, R> extends Omit<ApiRoute<P, Q, B, A>, 'refusals' | 'handle'> {
  readonly refusals: L;
  handle(call: ApiCall<P, Q, B>): Promise<R>;
}

/**
 * Checks at compile time that a handler's types match its route's shapes, and that its refusals are exactly those
 * listed: if not, the error is where the route enters a list of routes.
 */
export function route<P, Q, B, A, R extends Result<A>, const L extends readonly RefusalCode[]>(
  declared: Declared<P, Q, B, A, L, R>,
): Exactly<CodeOf<R>, L[number], ApiRoute> {
  // Methods are bivariant; the caller has checked the parts against the shapes.
  return declared as never;
}
