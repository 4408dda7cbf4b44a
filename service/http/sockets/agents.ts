import type { FastifyInstance, FastifyRequest } from 'fastify';
import { agentLimits } from '../../base/limits/agents.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { Agents } from '../../subjects/agents/agents.ts';
import type { AgentConnection } from '../../subjects/agents/connection.ts';
import { PushDispatcher } from '../../subjects/agents/dispatcher/push-dispatcher.ts';
import { Polls, readPoll } from '../../subjects/agents/polled.ts';
import type { Talker, TextConnection } from '../../subjects/connections/connection.ts';
import { carrierDialect, type Dialect } from '../../subjects/connections/dialect.ts';
import { earlierAgentDialect } from '../../subjects/connections/earlier.ts';
import { identityReader, originOf } from '../../subjects/connections/opening.ts';
import { bySource, narrowed } from '../web/access.ts';
import { vouchFor } from '../web/admission.ts';
import type { WebContext } from '../web/context.ts';
import { whenOver } from '../web/exchange.ts';
import { Problem } from '../web/problems.ts';
import { countBySource, rates } from '../web/rates.ts';
import { serveRoute } from '../web/route.ts';
import { refuseOrigins, type SocketRoute } from './route.ts';

/** The agents and the relays for care of this node. */
export interface NodeAgents {
  readonly agents: Agents;
  hasCapacityFor(from: string): boolean;
  talk(line: TextConnection, request: FastifyRequest, dialect?: Dialect): Talker;
}

/** @param most connections at once */
export function openAgents(app: FastifyInstance, context: WebContext, most: number): NodeAgents {
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
  return {
    agents,
    hasCapacityFor: from => agents.hasCapacityFor(from),
    talk: (line, request, dialect) => agents.connect(callerOf(request, dialect), line),
  };
}

/** `GET /agent`: agents from before the carrier protocol, for one release. */
export function agentRoute(agents: NodeAgents): SocketRoute {
  return {
    path: '/agent',
    rate: rates.agent,
    bufferedMax: agentLimits.agentBufferedMax,
    admit: request => refuseWhenFull(agents, request),
    talk: (line, request) => agents.talk(line, request, earlierAgentDialect),
  };
}

/** Registers `POST /carrier/poll`, and for one release `POST /agent/poll`. */
export function serveAgentPolls(app: FastifyInstance, context: WebContext, agents: NodeAgents): void {
  const polls = new Polls();
  agents.agents.onSweep(connections => polls.sweep(connections));
  servePolls(app, context, { path: '/carrier/poll', dialect: carrierDialect, polls, agents });
  servePolls(app, context, { path: '/agent/poll', dialect: earlierAgentDialect, polls, agents });
}

interface PollRoute {
  readonly path: string;
  readonly dialect: Dialect;
  readonly polls: Polls;
  readonly agents: NodeAgents;
}

function servePolls(app: FastifyInstance, context: WebContext, route: PollRoute): void {
  const { path, dialect, polls, agents } = route;
  const access = narrowed(bySource(context, rates.agentPoll), {
    // Only a poll that opens a connection counts against this rate.
    rates: [rates.agent],
    beforeBody: [async request => refuseOrigins(request)],
  });
  serveRoute(app, {
    method: 'POST',
    path,
    access,
    bodyMaxBytes: agentLimits.agentPollBodyMaxBytes,
    handle: async (request, reply) => {
      const poll = readPoll(request.body);
      if (poll === undefined) throw new Problem('malformed');
      if (poll.key === '') {
        countBySource(context, rates.agent, request);
        refuseWhenFull(agents, request);
      }
      // The agent itself is limited, and few polls of one agent wait at once. The first poll is anybody's.
      if (polls.has(poll.key)) vouchFor(request);
      const caller = callerOf(request, dialect);
      const gone = new AbortController();
      whenOver(reply.raw, () => gone.abort());
      const connect = (line: TextConnection): AgentConnection => agents.agents.connect(caller, line);
      const answer = await polls.poll(poll, connect, gone.signal);
      if (answer === undefined) throw new Problem('not_found');
      return reply.type('application/json; charset=utf-8').send(answer);
    },
  });
}

/** @throws Problem `too_many` */
function refuseWhenFull(agents: NodeAgents, request: FastifyRequest): void {
  if (!agents.hasCapacityFor(sourceKey(request.ip))) throw new Problem('too_many');
}

function callerOf(request: FastifyRequest, dialect: Dialect = carrierDialect) {
  const { origin } = request.headers;
  return { from: sourceKey(request.ip), origin: originOf(request), isPage: origin !== undefined, dialect };
}
