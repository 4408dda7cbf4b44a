import type { FastifyInstance } from 'fastify';
import type { Unready } from '../../storage/database/readiness.ts';
import { unlimited } from './access.ts';
import { serveRoute } from './route.ts';

export interface HealthOptions {
  /** Why log-ins cannot be decided; undefined if they can. */
  readonly readiness: () => Promise<Unready | undefined>;
  readonly version: string;
  readonly isClosing: () => boolean;
}

/**
 * `GET /health`: the process runs. It does not check the database, because a restart would not repair that. `GET
 * /ready`: 200 while log-ins can be decided (the database accepts writes, its files are those on the disk, its tables
 * are of this version, the service is not ending): `{"status":"ready","version":"0.2.0"}`. Otherwise 503 with a
 * reason: `{"status":"not ready","reason":"silent","version":"0.2.0"}`.
 */
export function serveHealth(app: FastifyInstance, { readiness, version, isClosing }: HealthOptions): void {
  const access = unlimited('probes ask every few seconds, and several of them from one address');
  serveRoute(app, {
    method: 'GET',
    path: '/health',
    access,
    handle: (_request, reply) => reply.type('application/json').send('{"status":"ok"}'),
  });
  serveRoute(app, {
    method: 'GET',
    path: '/ready',
    access,
    handle: async (_request, reply) => {
      const found = await readiness();
      const reason = isClosing() ? 'ending' : found;
      const body =
        reason === undefined ? { status: 'ready', version } : { status: 'not ready', reason, version };
      return reply
        .code(reason === undefined ? 200 : 503)
        .type('application/json')
        .send(JSON.stringify(body));
    },
  });
}
