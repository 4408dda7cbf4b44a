import type { FastifyRequest } from 'fastify';
import { relayLimits } from '../../base/limits/relay.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { prepareSource } from '../../base/source.ts';
import type { Talker, TextConnection } from '../../subjects/connections/connection.ts';
import { carrierDialect, type Dialect } from '../../subjects/connections/dialect.ts';
import { earlierRelayDialect } from '../../subjects/connections/earlier.ts';
import { identityReader, originOf } from '../../subjects/connections/opening.ts';
import { Conversation, type RelayMeans } from '../../subjects/enrolment/relay/conversation.ts';
import type { WebContext } from '../web/context.ts';
import { rates } from '../web/rates.ts';
import { type Displaceable, Unopened } from './by-purpose.ts';
import type { SocketRoute } from './route.ts';

/**
 * The enrolments by relays of this node. Those with an accepted code are a limited number, and few from one source; the
 * others give way to each other.
 */
export class Enrolments {
  private readonly means: RelayMeans;
  /** The sources of the relays with an accepted code. */
  private readonly entered: string[];
  private readonly unopened: Unopened;

  constructor({ management, ownApplication, changes }: WebContext) {
    this.entered = [];
    this.unopened = new Unopened(relayLimits.relaysUnopenedMax, relayLimits.relaysUnopenedPerSource);
    this.means = {
      management,
      applicationId: ownApplication.id,
      announce: () => changes.announce(),
      identity: identityReader(management),
    };
  }

  talk(line: TextConnection, request: FastifyRequest, dialect: Dialect = carrierDialect): Talker {
    const from = sourceKey(request.ip);
    const caller = { source: prepareSource(request.ip), requestId: request.id };
    let hasEntered = false;
    const enter = () => {
      if (!this.hasCapacityFor(from)) return false;
      this.unopened.remove(displaceable);
      this.entered.push(from);
      hasEntered = true;
      return true;
    };
    const conversation = new Conversation(this.means, caller, originOf(request), line, dialect, enter);
    const displaceable: Displaceable = {
      from,
      giveWay: () => {
        this.unopened.remove(displaceable);
        conversation.giveWay();
      },
    };
    this.unopened.add(displaceable);
    return {
      receive: text => conversation.receive(text),
      shutDown: () => conversation.shutDown(),
      lost: () => {
        if (hasEntered) this.entered.splice(this.entered.indexOf(from), 1);
        this.unopened.remove(displaceable);
        conversation.lost();
      },
    };
  }

  private hasCapacityFor(from: string): boolean {
    const ofSource = this.entered.filter(one => one === from).length;
    return this.entered.length < relayLimits.relaysMax && ofSource < relayLimits.relaysPerSource;
  }
}

/** `GET /relay`: enrolments by relays from before the carrier protocol, for one release. */
export function relayRoute(enrolments: Enrolments): SocketRoute {
  return {
    path: '/relay',
    rate: rates.relay,
    bufferedMax: relayLimits.relayBufferedMax,
    // The oldest relay without an accepted code gives way.
    admit: () => undefined,
    talk: (line, request) => enrolments.talk(line, request, earlierRelayDialect()),
  };
}
