import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricLimits } from '../../base/limits/metrics.ts';
import type { Outcome } from '../../base/outcomes.ts';

/** What one node measures of itself. No label ever holds a name, an address or anything else that was sent. */
export interface Metrics {
  /** This node's own: one process may run several. */
  readonly registry: Registry;
  readonly logIns: Counter<'outcome'>;
  /** Log-ins that are being decided. */
  readonly waiting: Gauge;
  /** RADIUS packets by what became of them. */
  readonly radius: Counter<'fate'>;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  /** Told how many log-ins one transaction decided. */
  readonly decided: (size: number) => void;
  /** Told what became of a log-in that was not waited for here: one by an approved request. */
  readonly took: (outcome: Outcome) => void;
  /** Asks what has the agents of this node: how many there are, and how many fobs of the service's they have shown. */
  agents: () => { readonly connected: number; readonly fobs: number };
}

/** @param version of this program */
export function makeMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const build = new Gauge({
    name: 'passfob_build_info',
    help: 'The program that runs.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  const logIns = new Counter({
    name: 'passfob_log_ins_total',
    help: 'Log-ins that this node decided, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const waiting = new Gauge({
    name: 'passfob_log_ins_waiting',
    help: 'Log-ins that this node is deciding now.',
    registers,
  });
  const batches = new Histogram({
    name: 'passfob_log_in_batch_size',
    help: 'Log-ins decided in one transaction.',
    buckets: [...metricLimits.metricBatchBounds],
    registers,
  });
  const radius = new Counter({
    name: 'passfob_radius_packets_total',
    help: 'RADIUS packets, by result.',
    labelNames: ['fate'],
    registers,
  });
  const metrics: Metrics = {
    registry,
    logIns,
    waiting,
    radius,
    requests: requestTimes(registry),
    decided: size => batches.observe(size),
    took: outcome => logIns.inc({ outcome }),
    agents: () => ({ connected: 0, fobs: 0 }),
  };
  gaugeOf(
    registry,
    'passfob_agents_connected',
    'Agents that are connected to this node.',
    () => metrics.agents().connected,
  );
  gaugeOf(
    registry,
    'passfob_agent_fobs',
    'Fobs on agents of this node that have proved themselves.',
    () => metrics.agents().fobs,
  );
  return metrics;
}

function requestTimes(registry: Registry): Metrics['requests'] {
  return new Histogram({
    name: 'passfob_http_request_seconds',
    help: 'From request to answer, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [...metricLimits.metricSecondsBounds],
    registers: [registry],
  });
}

/** A number that is asked for when somebody reads the measurements. */
function gaugeOf(registry: Registry, name: string, help: string, read: () => number): Gauge {
  return new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/** Counts a log-in while it is being decided and what became of it. */
export async function counted(metrics: Metrics, decide: () => Promise<Outcome>): Promise<Outcome> {
  metrics.waiting.inc();
  try {
    const outcome = await decide();
    metrics.logIns.inc({ outcome });
    return outcome;
  } catch (error) {
    metrics.logIns.inc({ outcome: 'error' });
    throw error;
  } finally {
    metrics.waiting.dec();
  }
}

/** Measures every request of an app by the pattern of its route, its method and the class of its status. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.routeOptions.url === undefined ? '-' : request.method,
      route: request.routeOptions.url ?? '-',
      status: `${Math.floor(reply.statusCode / 100)}xx`,
    };
    metrics.requests.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}
