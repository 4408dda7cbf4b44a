import type { FastifyInstance } from 'fastify';
import type { Db } from '../data/database.ts';
import { currencyOf, isWritable } from '../data/readiness.ts';
import { limits } from '../limits.ts';

/** Routes that say nothing secret and are asked under any name: probes ask by address. */
export const PROBED: ReadonlySet<string> = new Set(['/health', '/ready']);

export interface HealthOptions {
  readonly db: Db;
  readonly version: string;
  readonly isClosing: () => boolean;
}

/**
 * `GET /health`: the process answers; it does not look at the database, whose failure a restart would not mend.
 * `GET /ready`: 200 while log-ins can be decided (the database takes writes, its tables are this version's, the service
 * is not ending), 503 otherwise: `{"status":"ready","version":"0.1.0"}`.
 */
export function serveHealth(app: FastifyInstance, options: HealthOptions): void {
  app.get('/health', (_request, reply) => reply.type('application/json').send('{"status":"ok"}'));
  let asked: { readonly atMs: number; readonly answer: Promise<boolean> } | undefined;
  app.get('/ready', async (_request, reply) => {
    const nowMs = performance.now();
    if (asked === undefined || nowMs - asked.atMs > limits.readyKeptMs)
      asked = { atMs: nowMs, answer: isReady(options.db) };
    const ready = (await asked.answer) && !options.isClosing();
    const body = { status: ready ? 'ready' : 'not ready', version: options.version };
    return reply
      .code(ready ? 200 : 503)
      .type('application/json')
      .send(JSON.stringify(body));
  });
}

async function isReady(db: Db): Promise<boolean> {
  try {
    return (await currencyOf(db)) === 'current' && (await isWritable(db));
  } catch {
    return false;
  }
}
