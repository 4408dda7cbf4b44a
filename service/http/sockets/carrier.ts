import type { FastifyInstance } from 'fastify';
import { agentLimits } from '../../base/limits/agents.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import type { WebContext } from '../web/context.ts';
import { rates, takeFromSource } from '../web/rates.ts';
import { agentRoute, openAgents, serveAgentPolls } from './agents.ts';
import { ByPurpose, Unopened } from './by-purpose.ts';
import { Enrolments, relayRoute } from './relay.ts';
import type { SocketRoute } from './route.ts';

/**
 * Serves the relays of this node: agents, and the relays of enrolments and of care (`docs/carrier.md`). Registers
 * `POST /carrier/poll`, and returns the WebSocket `GET /carrier`, with the paths of earlier versions.
 *
 * @param most agents and relays for care at once
 */
export function serveCarriers(app: FastifyInstance, context: WebContext, most: number): SocketRoute[] {
  const agents = openAgents(app, context, most);
  const enrolments = new Enrolments(context);
  serveAgentPolls(app, context, agents);
  const unopened = new Unopened();
  const carrier: SocketRoute = {
    path: '/carrier',
    rate: rates.agent,
    bufferedMax: agentLimits.agentBufferedMax,
    // The oldest connection that has said nothing yet gives way.
    admit: () => undefined,
    talk(line, request) {
      const from = sourceKey(request.ip);
      return new ByPurpose(from, line, unopened, purpose => {
        if (purpose !== 'activation')
          return agents.hasCapacityFor(from) ? agents.talk(line, request) : undefined;
        return takeFromSource(context, rates.relay, request) ? enrolments.talk(line, request) : undefined;
      });
    },
  };
  return [carrier, agentRoute(agents), relayRoute(enrolments)];
}
