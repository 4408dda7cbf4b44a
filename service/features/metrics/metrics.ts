import type { FastifyInstance } from 'fastify';
import { metricLimits } from '../../base/limits/metrics.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { type Counter, type Histogram, makeCounter, makeHistogram } from './histogram.ts';

/** What one node measures of itself. No label ever holds a name, an address or anything else that was sent. */
export interface Metrics {
  readonly logIns: Counter;
  /** RADIUS packets by what became of them. */
  readonly radius: Counter;
  readonly requests: Histogram;
  readonly batches: Histogram;
  /** Told how many log-ins one transaction decided. */
  readonly decided: (size: number) => void;
  /** Told what became of a log-in that was not waited for here: one by an approved request. */
  readonly took: (outcome: Outcome) => void;
  /** Log-ins that are being decided. */
  waiting: number;
  /** Asks what has the agents of this node: how many there are, and how many fobs of the service's they have shown. */
  agents: () => { readonly connected: number; readonly fobs: number };
}

export function makeMetrics(): Metrics {
  const batches = makeHistogram(metricLimits.metricBatchBounds);
  const logIns = makeCounter();
  return {
    logIns,
    radius: makeCounter(),
    requests: makeHistogram(metricLimits.metricSecondsBounds),
    batches,
    decided: size => batches.observe({}, size),
    took: outcome => logIns.add({ outcome }),
    waiting: 0,
    agents: () => ({ connected: 0, fobs: 0 }),
  };
}

/** Counts a log-in while it is being decided and what became of it. */
export async function counted(metrics: Metrics, decide: () => Promise<Outcome>): Promise<Outcome> {
  metrics.waiting += 1;
  try {
    const outcome = await decide();
    metrics.logIns.add({ outcome });
    return outcome;
  } catch (error) {
    metrics.logIns.add({ outcome: 'error' });
    throw error;
  } finally {
    metrics.waiting -= 1;
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
