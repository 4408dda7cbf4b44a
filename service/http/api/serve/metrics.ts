import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import { careLimits } from '../../../base/limits/care.ts';
import { media, serviceText } from '../../../base/shapes.ts';
import type { Db } from '../../../storage/database/database.ts';
import { newestFirmwares } from '../../../subjects/care/boards.ts';
import { countOpenTasks } from '../../../subjects/care/tasks.ts';
import { type CaredFobQuery, countCaredFobs } from '../../../subjects/care/views.ts';
import { countOpenPushes } from '../../../subjects/push/rows.ts';
import type { WebContext } from '../../web/context.ts';
import { serveRoute } from '../../web/route.ts';
import { administrationAccess } from '../kit/authenticate.ts';
import { schemasOf } from '../kit/schemas.ts';

/** `GET /metrics`, for an administration API key of an administrator or auditor, or a session of one. */
export function serveMetrics(app: FastifyInstance, context: WebContext): void {
  const { db, clock, metrics } = context;
  const { registry } = metrics;
  const countShared = sharedGauges(registry, db, clock);
  serveRoute(app, {
    method: 'GET',
    path: '/metrics',
    access: administrationAccess(context, 'metrics.read'),
    schema: schemasOf({ answers: { 200: media('text/plain', serviceText) } }),
    operation: { name: 'metrics.read', summary: 'Measurements in the text format of Prometheus.' },
    handle: async (_request, reply) => {
      await countShared();
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  });
}

/**
 * Gauges over the database, which all nodes share: each node reports the same values.
 * @returns a function that counts again: one query after the other, because log-ins need the connections more
 */
function sharedGauges(registry: Registry, db: Db, clock: () => number): () => Promise<void> {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const alerts = gauge('passfob_alerts_open', 'Alerts that nobody has acknowledged.');
  const deliveries = gauge('passfob_deliveries_waiting', 'Messages about alerts still to be delivered.');
  const unsealed = gauge('passfob_audit_unsealed_rows', 'Rows of the audit that no checkpoint covers yet.');
  const pushes = gauge(
    'passfob_pushes_open',
    'Requests for an approval on a fob that are not decided yet, including those for which no fob is asked.',
  );
  const jobs = new Gauge({
    name: 'passfob_jobs',
    help: 'Jobs by state.',
    labelNames: ['state'],
    registers: [registry],
  });
  const tasks = new Gauge({
    name: 'passfob_fob_tasks_open',
    help: 'Tasks of fobs that wait or are being done, by kind.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const fobs = new Gauge({
    name: 'passfob_fobs',
    help: `Fobs by their health when they were last seen: all, clock_unset, battery_low, old_firmware, not_seen (for ${careLimits.notSeenDays} days), tasks_open, lost.`,
    labelNames: ['health'],
    registers: [registry],
  });
  return async () => {
    alerts.set(await count(db, 'alerts', 'acknowledged_ms'));
    deliveries.set(await count(db, 'deliveries', 'done_ms'));
    unsealed.set(await count(db, 'audit', 'seal'));
    pushes.set(await countOpenPushes(db, clock()));
    const states = await db
      .selectFrom('jobs')
      .select(['state', sql<number>`count(*)`.as('count')])
      .groupBy('state')
      .orderBy('state')
      .execute();
    // A state without jobs is left out.
    jobs.reset();
    for (const { state, count } of states) jobs.set({ state }, Number(count));
    tasks.reset();
    for (const [kind, number] of await countOpenTasks(db)) tasks.set({ kind }, number);
    for (const [health, query] of Object.entries(healthQueries(clock())))
      fobs.set({ health }, await countCaredFobs(db, query));
  };
}

const DAY_MS = 86_400_000;

function healthQueries(nowMs: number): Readonly<Record<string, CaredFobQuery>> {
  return {
    all: {},
    clock_unset: { isClockUnset: true },
    battery_low: { isBatteryLow: true },
    old_firmware: { oldFirmware: newestFirmwares() },
    not_seen: { notSeenSinceMs: nowMs - careLimits.notSeenDays * DAY_MS },
    tasks_open: { hasTasks: true },
    lost: { state: 'lost' },
  };
}

async function count(db: Db, table: 'alerts' | 'deliveries' | 'audit', column: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}
    where ${sql.ref(column)} is null`.execute(db);
  return Number(rows[0]?.count ?? 0);
}
