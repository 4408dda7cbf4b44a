import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricLimits } from '../../base/limits/metrics.ts';
import type { Outcome } from '../../base/outcomes.ts';

/** The measurements of one node. No label ever holds a name, an address or anything else from a request. */
export interface Metrics {
  /** One registry per node: one process may run several nodes. */
  readonly registry: Registry;
  readonly logIns: Counter<'outcome'>;
  /** Log-ins that are being decided. */
  readonly waiting: Gauge;
  /** RADIUS packets by their fate. */
  readonly radius: Counter<'fate'>;
  /** Runs of the care of fobs, by their end. */
  readonly careRuns: Counter<'result'>;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  /** Called with the number of log-ins that one transaction decided. */
  readonly decided: (size: number) => void;
  /** Called with the outcome of a log-in by an approved request, which `counted` does not see. */
  readonly took: (outcome: Outcome) => void;
  /** Returns how many agents are connected to this node, and how many of the service's fobs they have proved. */
  agents: () => { readonly connected: number; readonly fobs: number };
}

/** @param version of this program */
export function makeMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const build = new Gauge({
    name: 'passfob_build_info',
    help: 'The program that runs: its version, and that of Node.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  const logIns = new Counter({
    name: 'passfob_log_ins_total',
    help: 'Log-ins of this node, by outcome (error: could not be decided).',
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
    help: 'RADIUS packets, by fate.',
    labelNames: ['fate'],
    registers,
  });
  const metrics: Metrics = {
    registry,
    logIns,
    waiting,
    radius,
    careRuns: careRuns(registry),
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

function careRuns(registry: Registry): Metrics['careRuns'] {
  return new Counter({
    name: 'passfob_care_runs_total',
    help: 'Runs of the care of fobs on this node, by result: idle (nothing to do), done, waiting (for a hold or a PIN), busy (another connection cares for the fob), failed.',
    labelNames: ['result'],
    registers: [registry],
  });
}

function requestTimes(registry: Registry): Metrics['requests'] {
  return new Histogram({
    name: 'passfob_http_request_seconds',
    help: 'From request to answer, by method, route (its pattern) and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [...metricLimits.metricSecondsBounds],
    registers: [registry],
  });
}

/** Creates a gauge that is read when the metrics are collected. */
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

/** Counts a log-in while it is being decided, and its outcome. */
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

/** Measures every request of an app by its route pattern, method and status class. */
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
