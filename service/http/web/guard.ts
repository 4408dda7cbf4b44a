import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import { Problem } from './problems.ts';

/** Routes without secrets that answer to any host name: probes use the address. */
const PROBED: ReadonlySet<string> = new Set(['/health', '/ready']);

/** Options of the checks on hosts, frames and plain HTTP. */
export interface GuardOptions {
  /** Accepted Host header values; undefined until the service listens. */
  readonly hosts: () => ReadonlySet<string> | undefined;
  /** Whether pages on this computer may show the service's pages in a frame. */
  readonly embeddable: boolean;
  /** Whether browsers reach the service by https: then it tells them never to use http again (RFC 6797). */
  readonly isSecure: boolean;
  /** Whether this address may use plain HTTP; undefined if TLS or loopback makes the question void. */
  readonly maySpeakPlain: ((address: string | undefined) => boolean) | undefined;
}

/**
 * Sets the security headers of every response. Refuses requests for another host (DNS rebinding), and plain HTTP
 * except from the stated proxies and this computer.
 */
export function guard(app: FastifyInstance, options: GuardOptions): void {
  const headers = securityHeaders(options);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done(refusalOf(options, request));
  });
}

function refusalOf({ maySpeakPlain, hosts }: GuardOptions, request: FastifyRequest): Problem | undefined {
  // The connection's own address; headers about it are ignored here.
  if (maySpeakPlain?.(request.raw.socket.remoteAddress) === false) return new Problem('forbidden');
  if (PROBED.has(request.routeOptions.url ?? '')) return undefined;
  return hosts()?.has(request.host) === true ? undefined : new Problem('misdirected');
}

function securityHeaders({ embeddable, isSecure }: GuardOptions): Record<string, string> {
  const ancestors = embeddable ? 'http://localhost:* http://127.0.0.1:*' : "'none'";
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${ancestors}`,
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    // Not no-referrer, with which browsers send "Origin: null" with the service's own forms (Fetch §3.2).
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': embeddable ? 'same-site' : 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
    ...(embeddable ? {} : { 'x-frame-options': 'DENY' }),
    ...(isSecure ? { 'strict-transport-security': `max-age=${webLimits.hstsMaxAgeSeconds}` } : {}),
  };
}

/** Adds sources to directives of one response's content security policy. */
export function widenPolicy(reply: FastifyReply, sources: Readonly<Record<string, string>>): void {
  const policy = String(reply.getHeader('content-security-policy'))
    .split('; ')
    .map(directive => {
      const more = sources[directive.split(' ')[0] ?? ''];
      return more === undefined ? directive : `${directive} ${more}`;
    });
  reply.header('content-security-policy', policy.join('; '));
}

/**
 * Refuses a form that another site sent. Browsers state the origin of a form in Sec-Fetch-Site, older ones in Origin.
 * A request without either is not a browser's and belongs to the API.
 */
export async function refuseCrossSite(request: FastifyRequest): Promise<void> {
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const sameOrigin = origin === `${request.protocol}://${request.host}`;
  if (site === undefined ? !sameOrigin : site !== 'same-origin') throw new Problem('forbidden');
}
