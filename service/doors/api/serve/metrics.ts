import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { labelText } from '../../../features/metrics/histogram.ts';
import type { Metrics } from '../../../features/metrics/metrics.ts';
import { countOpenPushes } from '../../../features/push/rows.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { WebContext } from '../../web/context.ts';
import { serveRoute } from '../../web/route.ts';
import { administrationAccess } from '../kit/authenticate.ts';
import { media, schemasOf, words } from '../kit/shapes.ts';

/** Prometheus' text format, version 0.0.4. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `GET /metrics`, for an administration API key of an administrator or auditor, or a session of one. */
export function serveMetrics(app: FastifyInstance, context: WebContext): void {
  serveRoute(app, {
    method: 'GET',
    path: '/metrics',
    access: administrationAccess(context, 'metrics.read'),
    schema: schemasOf({ answers: { 200: media('text/plain', words) } }),
    operation: { name: 'metrics.read' },
    handle: async (_request, reply) => {
      const { metrics, db, version, clock } = context;
      const lines = [...ownLines(metrics, version), ...(await sharedLines(db, clock()))];
      return reply.type(CONTENT_TYPE).send(`${lines.join('\n')}\n`);
    },
  });
}

function ownLines(metrics: Metrics, version: string): string[] {
  const agents = metrics.agents();
  return [
    ...family('passfob_build_info', 'gauge', 'The program that runs.', [
      `passfob_build_info${labelText({ version, node: process.version })} 1`,
    ]),
    ...family('passfob_log_ins_total', 'counter', 'Log-ins that this node decided, by outcome.', [
      ...metrics.logIns.lines('passfob_log_ins_total'),
    ]),
    ...family('passfob_log_ins_waiting', 'gauge', 'Log-ins that this node is deciding now.', [
      `passfob_log_ins_waiting ${metrics.waiting}`,
    ]),
    ...family('passfob_log_in_batch_size', 'histogram', 'Log-ins decided in one transaction.', [
      ...metrics.batches.lines('passfob_log_in_batch_size'),
    ]),
    ...family('passfob_radius_packets_total', 'counter', 'RADIUS packets, by what became of them.', [
      ...metrics.radius.lines('passfob_radius_packets_total'),
    ]),
    ...gauge('passfob_agents_connected', 'Agents that are connected to this node.', agents.connected),
    ...gauge(
      'passfob_agent_fobs',
      'Fobs that agents have shown to this node, and that are proved.',
      agents.fobs,
    ),
    ...family('passfob_http_request_seconds', 'histogram', 'From request to answer, by route.', [
      ...metrics.requests.lines('passfob_http_request_seconds'),
    ]),
  ];
}

/** What stands in the database, which all nodes share: each of them says the same. */
async function sharedLines(db: Db, nowMs: number): Promise<string[]> {
  const alerts = await count(db, 'alerts', 'acknowledged_ms');
  const deliveries = await count(db, 'deliveries', 'done_ms');
  const unsealed = await count(db, 'audit', 'seal');
  const pushes = await countOpenPushes(db, nowMs);
  const jobs = await db
    .selectFrom('jobs')
    .select(['state', sql<number>`count(*)`.as('count')])
    .groupBy('state')
    .orderBy('state')
    .execute();
  return [
    ...gauge('passfob_alerts_open', 'Alerts that nobody has acknowledged.', alerts),
    ...gauge('passfob_deliveries_waiting', 'Messages about alerts still to be delivered.', deliveries),
    ...gauge('passfob_audit_unsealed_rows', 'Rows of the audit that no seal covers yet.', unsealed),
    ...gauge('passfob_pushes_open', 'Requests for an approval on a fob that are not decided yet.', pushes),
    ...family(
      'passfob_jobs',
      'gauge',
      'Jobs by state.',
      jobs.map(job => `passfob_jobs${labelText({ state: job.state })} ${Number(job.count)}`),
    ),
  ];
}

async function count(db: Db, table: 'alerts' | 'deliveries' | 'audit', column: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}
    where ${sql.ref(column)} is null`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

function gauge(name: string, help: string, value: number): string[] {
  return family(name, 'gauge', help, [`${name} ${value}`]);
}

function family(name: string, type: string, help: string, lines: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}
