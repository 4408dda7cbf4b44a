import type { FastifyInstance, FastifyRequest } from 'fastify';
import { agentLimits } from '../../base/limits/agents.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { Agents } from '../../features/agents/agents.ts';
import { PushDispatcher } from '../../features/agents/dispatcher/push-dispatcher.ts';
import { Polls, readPoll } from '../../features/agents/polled.ts';
import { identityReader, originOf } from '../../features/lines/opening.ts';
import { bySource, narrowed } from '../web/access.ts';
import { vouchFor } from '../web/admission.ts';
import type { WebContext } from '../web/context.ts';
import { Problem } from '../web/problems.ts';
import { countBySource, rates } from '../web/rates.ts';
import { serveRoute } from '../web/route.ts';
import { refuseOrigins, type SocketRoute } from './route.ts';

/**
 * Serves the agents of this node: registers `POST /agent/poll`, and returns `GET /agent`, a WebSocket
 * (`docs/agent.md`).
 *
 * @param most agents at once
 */
export function serveAgents(app: FastifyInstance, context: WebContext, most: number): SocketRoute {
  const { management, changes, metrics } = context;
  const identity = identityReader(management);
  const agents = new Agents({ management, identity, ticks: () => performance.now() }, most);
  metrics.agents = () => ({ connected: agents.count, fobs: agents.provedCount });
  const dispatcher = new PushDispatcher({ management, changes }, agents);
  // Before the server waits for connections to end.
  app.addHook('preClose', async () => {
    await dispatcher.close();
    await agents.close();
  });
  const refuseWhenFull = (request: FastifyRequest) => {
    if (!agents.hasCapacityFor(sourceKey(request.ip))) throw new Problem('too_many');
  };
  servePolls(app, context, agents, refuseWhenFull);
  return {
    path: '/agent',
    rate: rates.agent,
    bufferedMax: agentLimits.agentBufferedMax,
    admit: refuseWhenFull,
    talk: (line, request) => agents.connect(callerOf(request), line),
  };
}

function servePolls(
  app: FastifyInstance,
  context: WebContext,
  agents: Agents,
  refuseWhenFull: (request: FastifyRequest) => void,
): void {
  const polls = new Polls();
  agents.onSweep(connections => polls.sweep(connections));
  const access = narrowed(bySource(context, rates.agentPoll), {
    // Only a poll that opens a connection counts against this rate.
    rates: [rates.agent],
    beforeBody: [async request => refuseOrigins(request)],
  });
  serveRoute(app, {
    method: 'POST',
    path: '/agent/poll',
    access,
    bodyMaxBytes: agentLimits.agentPollBodyMaxBytes,
    handle: async (request, reply) => {
      const poll = readPoll(request.body);
      if (poll === undefined) throw new Problem('malformed');
      if (poll.key === '') {
        countBySource(context, rates.agent, request);
        refuseWhenFull(request);
      }
      // The agent itself is limited, and few polls of one agent wait at once.
      if (poll.key === '' || polls.has(poll.key)) vouchFor(request);
      const caller = callerOf(request);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const answer = await polls.poll(poll, line => agents.connect(caller, line), gone.signal);
      if (answer === undefined) throw new Problem('not_found');
      return reply.type('application/json; charset=utf-8').send(answer);
    },
  });
}

function callerOf(request: FastifyRequest) {
  return { from: sourceKey(request.ip), origin: originOf(request) };
}
