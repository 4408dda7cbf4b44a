import type { Actor } from '../../../base/actor.ts';
import type { Action } from '../../../base/permissions.ts';
import type { RefusalCode, Result } from '../../../base/results.ts';
import type { Management } from '../../../storage/management.ts';
import type { WebContext } from '../../web/context.ts';
import type { OperationName } from '../../web/route.ts';
import type { FieldShape } from './shapes.ts';

/** One request that has been let in and checked. */
export interface ApiCall<P, Q, B> {
  readonly context: WebContext;
  readonly management: Management;
  readonly actor: Actor;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** One route of administration: the server, the description and the documentation are made of it. */
export interface ApiRoute<P = unknown, Q = unknown, B = unknown, A = unknown> {
  readonly name: OperationName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters as `:name`. */
  readonly path: string;
  readonly permission: Action;
  readonly params?: FieldShape<P>;
  readonly query?: FieldShape<Q>;
  readonly body?: FieldShape<B>;
  /** A body that the route takes; it stands in the description. */
  readonly example?: NoInfer<B>;
  readonly bodyMaxBytes?: number;
  /** What comes back. */
  readonly answer: FieldShape<A>;
  /** Default 200. */
  readonly status?: 201;
  /** What the act may be refused with. */
  readonly refusals: readonly RefusalCode[];
  handle(call: ApiCall<P, Q, B>): Promise<Result<A>>;
}

/** Checks at compile time that a handler takes and gives what its route declares. */
export function route<P, Q, B, A>(declared: ApiRoute<P, Q, B, A>): ApiRoute {
  // Methods are bivariant: whoever calls it has had the parts checked against the shapes.
  return declared as ApiRoute;
}
