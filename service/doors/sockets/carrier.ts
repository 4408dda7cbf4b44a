import type { FastifyInstance } from 'fastify';
import { agentLimits } from '../../base/limits/agents.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { carrierDialect } from '../../features/lines/dialect.ts';
import {
  GOING_AWAY,
  POLICY_VIOLATION,
  type Talker,
  type TextConnection,
  TRY_AGAIN_LATER,
} from '../../features/lines/line.ts';
import type { WebContext } from '../web/context.ts';
import { Problem } from '../web/problems.ts';
import { rates, takeFromSource } from '../web/rates.ts';
import { agentRoute, openAgents, serveAgentPolls } from './agents.ts';
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
    admit(request) {
      if (!unopened.hasCapacityFor(sourceKey(request.ip))) throw new Problem('too_many');
    },
    talk(line, request) {
      const from = sourceKey(request.ip);
      return new ByPurpose(line, unopened.add(from), purpose => {
        if (purpose !== 'activation')
          return agents.hasCapacityFor(from) ? agents.talk(line, request) : undefined;
        const isAllowed = takeFromSource(context, rates.relay, request) && enrolments.hasCapacityFor(from);
        return isAllowed ? enrolments.talk(line, request) : undefined;
      });
    },
  };
  return [carrier, agentRoute(agents), relayRoute(enrolments)];
}

type Purpose = 'agent' | 'activation' | 'care';

/** The connections that have not said yet what they are for: a limited number, and few from one source. */
class Unopened {
  private readonly bySource: Map<string, number>;
  private count: number;

  constructor() {
    this.bySource = new Map();
    this.count = 0;
  }

  hasCapacityFor(from: string): boolean {
    const ofSource = this.bySource.get(from) ?? 0;
    return this.count < agentLimits.unopenedMax && ofSource < agentLimits.unopenedPerSource;
  }

  /** Returns a function that removes the connection. */
  add(from: string): () => void {
    this.change(from, 1);
    let isIn = true;
    return () => {
      if (isIn) this.change(from, -1);
      isIn = false;
    };
  }

  private change(from: string, by: number): void {
    const ofSource = (this.bySource.get(from) ?? 0) + by;
    this.count += by;
    if (ofSource > 0) this.bySource.set(from, ofSource);
    else this.bySource.delete(from);
  }
}

/** A connection whose first message says what it is for. */
class ByPurpose implements Talker {
  private readonly line: TextConnection;
  private readonly leave: () => void;
  private readonly find: (purpose: Purpose) => Talker | undefined;
  private readonly late: NodeJS.Timeout;
  private talker: Talker | undefined;
  private isOver: boolean;

  /**
   * @param leave called once the purpose is known, or the connection has ended
   * @param find returns the side of the service for a purpose; undefined if it has no capacity for it
   */
  constructor(line: TextConnection, leave: () => void, find: (purpose: Purpose) => Talker | undefined) {
    this.line = line;
    this.leave = leave;
    this.find = find;
    this.isOver = false;
    this.late = setTimeout(() => this.end(POLICY_VIOLATION), agentLimits.agentOpeningMs);
  }

  receive(text: string | undefined): void {
    if (this.talker === undefined && !this.isOver) this.open(text);
    this.talker?.receive(text);
  }

  private open(text: string | undefined): void {
    const message = text === undefined ? undefined : carrierDialect.read(text, undefined);
    if (message?.type !== 'open') {
      this.end(POLICY_VIOLATION);
      return;
    }
    this.stopWaiting();
    this.talker = this.find(message.for);
    // The relay connects again, to another node or later.
    if (this.talker === undefined) this.end(TRY_AGAIN_LATER);
  }

  lost(): void {
    this.isOver = true;
    this.stopWaiting();
    this.talker?.lost();
  }

  shutDown(): void {
    if (this.talker === undefined) this.end(GOING_AWAY);
    else this.talker.shutDown();
  }

  private stopWaiting(): void {
    clearTimeout(this.late);
    this.leave();
  }

  private end(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopWaiting();
    this.line.close(code);
  }
}
