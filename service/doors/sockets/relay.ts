import { relayLimits } from '../../base/limits/relay.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { prepareSource } from '../../base/source.ts';
import { Conversation, type RelayMeans } from '../../features/enrolment/relay/conversation.ts';
import { identityReader, originOf } from '../../features/lines/opening.ts';
import type { WebContext } from '../web/context.ts';
import { Problem } from '../web/problems.ts';
import { rates } from '../web/rates.ts';
import type { SocketRoute } from './route.ts';

/** `GET /relay`: a WebSocket by which relays carry the bytes of fobs (`docs/relay.md`). */
export function relayRoute(context: WebContext): SocketRoute {
  const { management, ownApplication, changes } = context;
  /** The sources of the open connections: only few from one source. */
  const open: string[] = [];
  const means: RelayMeans = {
    management,
    applicationId: ownApplication.id,
    announce: () => changes.announce(),
    identity: identityReader(management),
  };
  return {
    path: '/relay',
    rate: rates.relay,
    bufferedMax: relayLimits.relayBufferedMax,
    pingMs: relayLimits.relayPingMs,
    admit(request) {
      const from = sourceKey(request.ip);
      const ofSource = open.filter(one => one === from).length;
      if (open.length >= relayLimits.relaysMax || ofSource >= relayLimits.relaysPerSource)
        throw new Problem('too_many');
    },
    talk(line, request) {
      const from = sourceKey(request.ip);
      open.push(from);
      const caller = { source: prepareSource(request.ip), requestId: request.id };
      const conversation = new Conversation(means, caller, originOf(request), line);
      return {
        receive: text => conversation.receive(text),
        shutDown: () => conversation.shutDown(),
        lost() {
          open.splice(open.indexOf(from), 1);
          conversation.lost();
        },
      };
    },
  };
}
