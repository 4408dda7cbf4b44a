import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WebContext } from '../web/context.ts';
import { widenPolicy } from '../web/guard.ts';

/** Lets the page of one response reach fobs, and relay their bytes over a WebSocket to this service. */
export function allowDevices(reply: FastifyReply, { isSecure }: WebContext, request: FastifyRequest): void {
  // Not every browser accepts 'self' for a WebSocket. The host was already checked against those that are served.
  widenPolicy(reply, { 'connect-src': `${isSecure ? 'wss' : 'ws'}://${request.host}` });
  reply.header(
    'permissions-policy',
    'camera=(), serial=(self), hid=(self), bluetooth=(self), geolocation=(), microphone=()',
  );
}
