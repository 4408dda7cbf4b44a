import type { FastifyRequest } from 'fastify';
import { webLimits } from '../../../base/limits/web.ts';
import type { KnownApplication } from '../../../features/users/application-cache.ts';
import { vouchFor } from '../../web/admission.ts';
import { limitKey, limitSource, type WebContext } from '../../web/context.ts';
import { Problem } from '../../web/problems.ts';
import { bearerOf } from './authenticate.ts';

/** An application that asks, and the key it showed. */
export interface Client {
  readonly apiKey: string;
  readonly application: KnownApplication;
}

const clients = new WeakMap<FastifyRequest, Client>();

/**
 * Takes a request as its application's, as this node last saw it; what is decided for it has to be decided by its
 * standing.
 *
 * @throws Problem `unauthorised`, `too_many`
 */
export async function admitApplication(context: WebContext, request: FastifyRequest): Promise<void> {
  const apiKey = bearerOf(request);
  const application = apiKey === undefined ? undefined : await context.applications.find(apiKey);
  if (application === undefined || apiKey === undefined) {
    limitSource(context, request, 'source', webLimits.sourceBucket);
    throw new Problem('unauthorised');
  }
  limitKey(context, `application:${application.id}`, webLimits.applicationBucket);
  vouchFor(request);
  clients.set(request, { apiKey, application });
}

/** The same, as the database says now. */
export function admitApplicationNow(context: WebContext, request: FastifyRequest): Promise<void> {
  const apiKey = bearerOf(request);
  if (apiKey !== undefined) context.applications.forget(apiKey);
  return admitApplication(context, request);
}

/** The application a request was admitted for. @throws Problem `unauthorised` */
export function clientOf(request: FastifyRequest): Client {
  const client = clients.get(request);
  if (client === undefined) throw new Problem('unauthorised');
  return client;
}
