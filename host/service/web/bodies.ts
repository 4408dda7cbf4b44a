import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { limits } from '../limits.ts';
import { sourceKey } from './buckets.ts';
import { Problem } from './problems.ts';

/** Methods whose requests have no content here (RFC 9110 §9.3.1: it has no meaning). */
const BODYLESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Bounds what is read of bodies. Every route that takes one states how much, or the service does not start; one that takes
 * none, or is not there, reads none. The rest of a body whose request was refused ends the connection. Bodies of more than a
 * form's size have a common bound, of all sources and of each.
 */
export function boundBodies(app: FastifyInstance): void {
  const reading = new LargeBodies();
  app.addHook('onRoute', route => {
    if ([route.method].flat().every(method => BODYLESS.has(method))) return;
    const { bodyLimit, method, url } = route;
    if (bodyLimit === undefined) throw new Error(`The route ${method} ${url} states no bodyLimit.`);
    if (bodyLimit > limits.bodyMaxBytes) boundLarge(route, bodyLimit, reading);
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
  return Number(headers['content-length'] ?? 0) > limits.discardedMaxBytes;
}

function boundLarge(route: RouteOptions, bodyLimit: number, reading: LargeBodies): void {
  const before = route.preParsing === undefined ? [] : [route.preParsing].flat();
  route.preParsing = [
    ...before,
    (request, reply, payload, done) => {
      const { headers, ip, raw } = request;
      const isTold = headers['transfer-encoding'] === undefined;
      const bytes = isTold ? Number(headers['content-length'] ?? 0) : bodyLimit;
      if (bytes <= limits.bodyMaxBytes) return done(null, payload);
      const release = reading.begin(sourceKey(ip), bytes);
      if (release === undefined) return done(new Problem('too_many'));
      raw.once('end', release);
      // Of a body that is not read there is no end.
      reply.raw.once('close', release);
      done(null, payload);
    },
  ];
}

/** The large bodies that are being read on this node. */
export class LargeBodies {
  private all: number;
  private readonly sources: Map<string, number>;

  constructor() {
    this.all = 0;
    this.sources = new Map();
  }

  /** @returns a function that makes room again, or undefined where there is none now */
  begin(source: string, bytes: number): (() => void) | undefined {
    const ofSource = (this.sources.get(source) ?? 0) + bytes;
    if (this.all + bytes > limits.largeBodiesMaxBytes) return undefined;
    if (ofSource > limits.largeBodiesOfSourceMaxBytes) return undefined;
    this.all += bytes;
    this.sources.set(source, ofSource);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.all -= bytes;
      const left = (this.sources.get(source) ?? 0) - bytes;
      if (left > 0) this.sources.set(source, left);
      else this.sources.delete(source);
    };
  }
}
