import type { FastifyRequest } from 'fastify';
import { relayLimits } from '../../base/limits/relay.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { prepareSource } from '../../base/source.ts';
import { Conversation, type RelayMeans } from '../../features/enrolment/relay/conversation.ts';
import { carrierDialect, type Dialect } from '../../features/lines/dialect.ts';
import { earlierRelayDialect } from '../../features/lines/earlier.ts';
import type { Talker, TextConnection } from '../../features/lines/line.ts';
import { identityReader, originOf } from '../../features/lines/opening.ts';
import type { WebContext } from '../web/context.ts';
import { Problem } from '../web/problems.ts';
import { rates } from '../web/rates.ts';
import type { SocketRoute } from './route.ts';

/** The enrolments by relays of this node: a limited number, and few from one source. */
export class Enrolments {
  private readonly means: RelayMeans;
  /** The sources of the open connections. */
  private readonly open: string[];

  constructor({ management, ownApplication, changes }: WebContext) {
    this.open = [];
    this.means = {
      management,
      applicationId: ownApplication.id,
      announce: () => changes.announce(),
      identity: identityReader(management),
    };
  }

  /** Whether another relay from this source may connect. */
  hasCapacityFor(from: string): boolean {
    const ofSource = this.open.filter(one => one === from).length;
    return this.open.length < relayLimits.relaysMax && ofSource < relayLimits.relaysPerSource;
  }

  talk(line: TextConnection, request: FastifyRequest, dialect: Dialect = carrierDialect): Talker {
    const from = sourceKey(request.ip);
    this.open.push(from);
    const caller = { source: prepareSource(request.ip), requestId: request.id };
    const conversation = new Conversation(this.means, caller, originOf(request), line, dialect);
    return {
      receive: text => conversation.receive(text),
      shutDown: () => conversation.shutDown(),
      lost: () => {
        this.open.splice(this.open.indexOf(from), 1);
        conversation.lost();
      },
    };
  }
}

/** `GET /relay`: enrolments by relays from before the carrier protocol, for one release. */
export function relayRoute(enrolments: Enrolments): SocketRoute {
  return {
    path: '/relay',
    rate: rates.relay,
    bufferedMax: relayLimits.relayBufferedMax,
    admit(request) {
      if (!enrolments.hasCapacityFor(sourceKey(request.ip))) throw new Problem('too_many');
    },
    talk: (line, request) => enrolments.talk(line, request, earlierRelayDialect()),
  };
}
