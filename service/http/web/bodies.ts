import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { whenOver } from './exchange.ts';
import { LargeBodies } from './large-bodies.ts';
import { Problem } from './problems.ts';
import { statedOf } from './route.ts';

/** Methods whose requests have no content here (RFC 9110 §9.3.1: it has no meaning). */
const BODYLESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Limits the reading of bodies. Every route with a body states its limit, or the service does not start; other routes
 * and unknown addresses read none. The rest of a refused request's body ends the connection. Bodies above a form's
 * size share a limit, over all sources and for each; bodies that anybody may send have another.
 */
export function boundBodies(app: FastifyInstance): void {
  const known = new LargeBodies({
    most: webLimits.largeBodiesMaxBytes,
    mostOfSource: webLimits.largeBodiesOfSourceMaxBytes,
  });
  const anybodys = new LargeBodies({
    most: webLimits.publicBodiesMaxBytes,
    mostOfSource: webLimits.publicBodiesOfSourceMaxBytes,
  });
  app.addHook('onRoute', route => {
    if ([route.method].flat().every(method => BODYLESS.has(method))) return;
    const { bodyLimit, method, url } = route;
    if (bodyLimit === undefined) throw new Error(`The route ${method} ${url} states no bodyLimit.`);
    if (bodyLimit <= webLimits.bodyMaxBytes) return;
    boundLarge(route, bodyLimit, statedOf(route.config)?.who === 'anybody' ? anybodys : known);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    if (!BODYLESS.has(request.method)) return done(request.is404 ? new Problem('not_found') : undefined);
    done(hasContent(request) ? new Problem('too_large') : undefined);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!request.raw.complete && isLongRest(request)) reply.header('connection', 'close');
    done(null, payload);
  });
}

function hasContent({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isLongRest({ headers }: FastifyRequest): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return Number(headers['content-length'] ?? 0) > webLimits.discardedMaxBytes;
}

function boundLarge(route: RouteOptions, bodyLimit: number, reading: LargeBodies): void {
  const before = route.preParsing === undefined ? [] : [route.preParsing].flat();
  route.preParsing = [
    ...before,
    (request, reply, payload, done) => {
      const { headers, ip, raw } = request;
      const isTold = headers['transfer-encoding'] === undefined;
      const bytes = isTold ? Number(headers['content-length'] ?? 0) : bodyLimit;
      if (bytes <= webLimits.bodyMaxBytes) return done(null, payload);
      // Checked before capacity: a later attempt does not help.
      if (bytes > bodyLimit) return done(new Problem('too_large'));
      const release = reading.begin(sourceKey(ip), bytes, () => raw.socket.destroy());
      if (release === undefined) return done(new Problem('too_many'));
      raw.once('end', release);
      // An unread body never ends.
      whenOver(reply.raw, release);
      done(null, payload);
    },
  ];
}
