import type { FastifyInstance } from 'fastify';
import { type Log, noLog } from '../../base/log.ts';
import { prepareSource } from '../../base/source.ts';
import { problemOf } from './problems.ts';

/** Routes that programs request every few seconds. */
const FREQUENT = new Set(['/health', '/ready', '/metrics']);

/**
 * Logs each request when it is answered: its id, the route's pattern, status, time and source. It leaves out the
 * path, because an operator link is a secret, and everything that the client sent.
 */
export function logRequests(app: FastifyInstance, log: Log): void {
  if (log === noLog) return;
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '-';
    log(FREQUENT.has(route) ? 'debug' : 'info', 'request', {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      source: prepareSource(request.ip),
    });
    done();
  });
  app.addHook('onError', async (request, _reply, error) => {
    if (problemOf(error) !== 'failed') return;
    // An error's text may quote data; its stack frames do not.
    const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
    log('error', 'request failed', {
      requestId: request.id,
      error: error.name,
      at: frames[0]?.trim() ?? '-',
    });
  });
}
