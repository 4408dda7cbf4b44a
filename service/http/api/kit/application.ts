import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validationLimits } from '../../../base/limits/validation.ts';
import { webLimits } from '../../../base/limits/web.ts';
import { sourceKey } from '../../../base/rate-limit.ts';
import { constant, described, type FieldShape, object, serviceText } from '../../../base/shapes.ts';
import { prepareSource } from '../../../base/source.ts';
import type { IdempotencyKey } from '../../../storage/idempotency.ts';
import type { KnownApplication } from '../../../subjects/applications/cache.ts';
import { alsoLimited, type RouteAccess } from '../../web/access.ts';
import { vouchFor } from '../../web/admission.ts';
import type { WebContext } from '../../web/context.ts';
import { Problem, type ProblemCode } from '../../web/problems.ts';
import { countBySource, countRequest, rates } from '../../web/rates.ts';
import { serveRoute } from '../../web/route.ts';
import { bearerOf } from './authenticate.ts';
import { schemasOf } from './schemas.ts';

/** The application of a request, and its key. */
export interface ApplicationClient {
  readonly apiKey: string;
  readonly application: KnownApplication;
}

/** One request of an admitted application, checked against the shapes. */
export interface ApplicationCall<P, B> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: P;
  readonly body: B;
  /** The end user's source as stated by the application, or else the source of the request. */
  readonly source: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** One route for applications; the server and the description are generated from it. */
export interface ApplicationRoute<P, B> {
  readonly name: string;
  /** What it does, a sentence for the description. */
  readonly summary: string;
  readonly path: string;
  readonly params?: FieldShape<P>;
  readonly headers?: FieldShape<unknown>;
  readonly body: FieldShape<B>;
  /** An example of a body, for the description. */
  readonly example: NoInfer<B>;
  /** Response bodies by status. */
  readonly answers: Readonly<Record<number, FieldShape<unknown>>>;
  /** Problems besides those of every such route. */
  readonly problems?: readonly ProblemCode[];
  /**
   * `seen`: the application as this node last saw it, so decisions must check its state again; `now`: as the database
   * has it now.
   */
  readonly standing: 'seen' | 'now';
  handle(call: ApplicationCall<P, B>): Promise<FastifyReply>;
}

/** The response to an accepted log-in. */
export const acceptedAnswer = object({
  accepted: constant(true),
  user: described(
    serviceText,
    'The canonical user name, which can differ from the typed name. Use this one.',
  ),
});

/** The headers of routes with an idempotency cache. */
export const idempotencyHeaders: FieldShape<unknown> = {
  schema: {
    type: 'object',
    properties: {
      'idempotency-key': {
        type: 'string',
        minLength: validationLimits.idempotencyKeyMin,
        maxLength: validationLimits.idempotencyKeyMax,
      },
    },
  },
};

const clients = new WeakMap<FastifyRequest, ApplicationClient>();

/** Registers a route for applications. */
export function serveForApplications<P, B>(
  app: FastifyInstance,
  context: WebContext,
  route: ApplicationRoute<P, B>,
): void {
  const { name, summary, path, params, headers, body, example, answers, problems = [] } = route;
  const access = applicationAccess(context, route.standing);
  serveRoute(app, {
    method: 'POST',
    path,
    access: alsoLimited(context, access, rates.validate, request => sourceKey(sourceOf(request))),
    bodyMaxBytes: webLimits.bodyMaxBytes,
    schema: schemasOf({ params, headers, body, answers }),
    operation: { name, summary, example, problems },
    handle: (request, reply) => {
      const key = request.headers['idempotency-key'];
      return route.handle({
        request,
        reply,
        // Fastify has checked both against the shapes.
        params: request.params as P,
        body: request.body as B,
        source: sourceOf(request),
        idempotencyKey: typeof key === 'string' ? { door: path, value: key } : undefined,
      });
    },
  });
}

function applicationAccess(context: WebContext, standing: 'seen' | 'now'): RouteAccess {
  const admit = async (request: FastifyRequest) => {
    const apiKey = bearerOf(request);
    if (standing === 'now' && apiKey !== undefined) context.applications.forget(apiKey);
    const application = apiKey === undefined ? undefined : await context.applications.find(apiKey);
    if (application === undefined || apiKey === undefined) {
      countBySource(context, rates.stranger, request);
      throw new Problem('unauthorised');
    }
    countRequest(context, rates.application, application.id);
    vouchFor(request);
    clients.set(request, { apiKey, application });
  };
  return { who: 'application', rates: [rates.stranger, rates.application], beforeBody: [admit] };
}

/** Returns the application of an admitted request. @throws Problem `unauthorised` */
export function clientOf(request: FastifyRequest): ApplicationClient {
  const client = clients.get(request);
  if (client === undefined) throw new Problem('unauthorised');
  return client;
}

function sourceOf({ body, ip }: FastifyRequest): string {
  const given: unknown =
    typeof body === 'object' && body !== null && 'source' in body ? body.source : undefined;
  return prepareSource(typeof given === 'string' ? given : ip);
}

/**
 * Sends the acceptance with the canonical user name. The typed name may be another spelling: an application that uses
 * it may take one user for two, or admit a user whom it means to keep out.
 */
export function sendAccepted(reply: FastifyReply, user: string): FastifyReply {
  return reply.send({ accepted: true, user });
}
