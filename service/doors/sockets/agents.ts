import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sourceKey } from '../../base/buckets.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import { Agents } from '../../features/agents/agents.ts';
import { Courier } from '../../features/agents/courier/courier.ts';
import { Polls, readPoll } from '../../features/agents/polled.ts';
import { identityReader, originOf } from '../../features/lines/opening.ts';
import { vouchFor } from '../web/admission.ts';
import { limitSource, type WebContext } from '../web/context.ts';
import { Problem } from '../web/problems.ts';
import { refuseOrigins, type SocketRoute } from './route.ts';

/**
 * The agents of this node: `POST /agent/poll` here, and `GET /agent`, a WebSocket, as what is returned (`docs/agent.md`).
 *
 * @param most how many there may be
 */
export function serveAgents(app: FastifyInstance, context: WebContext, most: number): SocketRoute {
  const { management, changes, metrics } = context;
  const identity = identityReader(management);
  const agents = new Agents({ management, identity, ticks: () => performance.now() }, most);
  metrics.agents = () => ({ connected: agents.count, fobs: agents.provedCount });
  const courier = new Courier({ management, changes }, agents);
  // Before whatever waits for connections to end.
  app.addHook('preClose', async () => {
    await courier.close();
    await agents.close();
  });
  const admit = (request: FastifyRequest) => {
    limitSource(context, request, 'agent', agentLimits.agentBucket);
    if (!agents.isRoomFor(sourceKey(request.ip))) throw new Problem('too_many');
  };
  servePolls(app, context, agents, admit);
  return {
    path: '/agent',
    bufferedMax: agentLimits.agentBufferedMax,
    admit,
    talk: (line, request) => agents.connect(callerOf(request), line),
  };
}

function servePolls(
  app: FastifyInstance,
  context: WebContext,
  agents: Agents,
  admit: (request: FastifyRequest) => void,
): void {
  const polls = new Polls();
  agents.onSweep(connections => polls.sweep(connections));
  app.route({
    method: 'POST',
    url: '/agent/poll',
    config: { permission: 'public' },
    bodyLimit: agentLimits.agentPollBodyMaxBytes,
    onRequest: async request => {
      limitSource(context, request, 'agent-poll', agentLimits.agentPollBucket);
      refuseOrigins(request);
    },
    handler: async (request, reply) => {
      const poll = readPoll(request.body);
      if (poll === undefined) throw new Problem('malformed');
      if (poll.key === '') admit(request);
      // Its connection has a place among the agents; of polls of one agent few are held.
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
