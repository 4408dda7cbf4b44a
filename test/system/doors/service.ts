import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { administrationLimits } from '@passfob/service/base/limits/administration';
import { agentLimits } from '@passfob/service/base/limits/agents';
import { consoleLimits } from '@passfob/service/base/limits/console';
import { processLimits } from '@passfob/service/base/limits/process';
import { radiusLimits } from '@passfob/service/base/limits/radius';
import { recordLimits } from '@passfob/service/base/limits/records';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { webLimits } from '@passfob/service/base/limits/web';
import type { ServedRoute } from '@passfob/service/http/web/served';
import { AGENT_SILENCE_MS } from 'passfob/agent/base/limits';
import type { Door } from './door.ts';

/** A door of the service. */
export interface ServiceDoor extends Door {
  /** Whether the bodies of a route come in here. */
  readonly takes?: (route: ServedRoute) => boolean;
  /** The paths of its WebSockets. */
  readonly sockets?: readonly string[];
}

/** Node parses up to this much at once (libuv). */
const PACKET_BYTES = 65_536;
const REQUEST_MS = webLimits.requestTimeoutMs + webLimits.connectionsCheckMs;
const KIB = 1_024;
const DRIVEN = 'test/system/doors/drive.slow.test.ts';

const isPoll = ({ path }: ServedRoute) => path.endsWith('/poll');
const isUpload = ({ method, path }: ServedRoute) => `${method} ${path}` === 'POST /operator/import';
const isKnown = ({ who }: ServedRoute) => who !== 'anybody';
/** A body is refused before it is read. */
const isBodyless = ({ method }: ServedRoute) => method === 'GET' || method === 'HEAD';

/** The places of the service where bytes of strangers come in. */
export const serviceDoors: readonly ServiceDoor[] = [
  {
    name: 'connections and TLS handshakes',
    from: 'anyone',
    files: ['service/http/web/admission.ts', 'service/node/listener.ts', 'service/node/doctor/network.ts'],
    bytesMax: PACKET_BYTES,
    heldMs: REQUEST_MS,
    holdsMax: 64 * KIB,
    spendsMs: 40,
    bound: `${webLimits.connectionsPerSource} of one source, ${webLimits.connectionsMax} in all; the oldest gives way`,
    test: DRIVEN,
  },
  {
    name: 'headers',
    from: 'anyone',
    files: ['service/node/server.ts'],
    bytesMax: webLimits.headersMaxBytes,
    heldMs: REQUEST_MS,
    holdsMax: 128 * KIB,
    spendsMs: 40,
    bound: 'the length of all headers together, and the time in which a request must arrive',
    takes: isBodyless,
    test: DRIVEN,
  },
  {
    name: 'pipelined requests and unread answers',
    from: 'anyone',
    files: ['service/http/web/exchange.ts'],
    bytesMax: PACKET_BYTES,
    heldMs: webLimits.unreadMs,
    holdsMax: 512 * KIB,
    spendsMs: 500,
    bound: `${webLimits.pipelinedMax} unfinished answers of a connection; an answer is taken at ${webLimits.unreadBytesPerSecond / KIB} KiB a second`,
    test: DRIVEN,
  },
  {
    name: 'forms',
    from: 'anyone',
    files: ['service/http/web/forms.ts'],
    bytesMax: webLimits.bodyMaxBytes,
    heldMs: REQUEST_MS,
    holdsMax: 128 * KIB,
    spendsMs: 60,
    bound: `${webLimits.formFieldsMax} fields, ${webLimits.bodyPiecesMin} small pieces, and the rate of its source`,
    takes: route => !isPoll(route) && !isBodyless(route) && !isKnown(route),
    test: DRIVEN,
  },
  {
    name: 'polls of agents',
    from: 'anyone',
    files: ['service/http/sockets/agents.ts', 'service/http/web/bodies.ts'],
    bytesMax: agentLimits.agentPollBodyMaxBytes,
    heldMs: REQUEST_MS,
    holdsMax: 2 * agentLimits.agentPollBodyMaxBytes,
    spendsMs: 200,
    bound: `${webLimits.publicBodiesOfSourceMaxBytes / KIB ** 2} MiB of bodies under way from one source, pieces of ${webLimits.bodyPieceBytes} bytes on average`,
    takes: isPoll,
    test: DRIVEN,
  },
  {
    name: 'bodies of sessions and API keys',
    from: 'users, operators and applications; refused to others before a byte is read',
    files: ['service/http/web/bodies.ts'],
    bytesMax: administrationLimits.importBodyMaxBytes,
    heldMs: REQUEST_MS,
    holdsMax: 128 * KIB,
    spendsMs: 60,
    bound: `${webLimits.largeBodiesOfSourceMaxBytes / KIB ** 2} MiB of bodies under way from one source`,
    takes: route => !isUpload(route) && !isBodyless(route) && isKnown(route),
    test: DRIVEN,
  },
  {
    name: 'uploads',
    from: 'operators with a fresh proof; refused to others before a byte is read',
    files: ['service/http/console/kit/upload.ts'],
    bytesMax: consoleLimits.uploadMaxBytes,
    heldMs: REQUEST_MS,
    holdsMax: 128 * KIB,
    spendsMs: 100,
    bound: `${consoleLimits.uploadPartsMax} parts, counted before any is parsed`,
    takes: isUpload,
    test: 'test/service/flood/rates.test.ts',
  },
  {
    name: 'WebSocket frames',
    from: 'anyone',
    files: ['service/http/sockets/route.ts', 'service/http/sockets/frames.ts'],
    bytesMax: CARRIER_MESSAGE_CHARS_MAX * 3 + agentLimits.messageOverheadMaxBytes,
    heldMs: webLimits.requestTimeoutMs,
    holdsMax: 2 * agentLimits.incompleteBytes,
    spendsMs: 60,
    bound: `${agentLimits.fragmentsMax} fragments, ${agentLimits.fragmentPacketsMax} packets of one; ${agentLimits.incompleteOfSourceMaxBytes / agentLimits.incompleteBytes} incomplete messages of one source`,
    sockets: ['/carrier', '/agent', '/relay'],
    test: DRIVEN,
  },
  {
    name: 'agents’ messages',
    from: 'anyone',
    files: ['service/subjects/agents/connection.ts'],
    bytesMax: agentLimits.agentCharBucket.burst,
    heldMs: AGENT_SILENCE_MS,
    holdsMax: 128 * KIB,
    spendsMs: 300,
    bound: `${agentLimits.agentMessageBucket.perSecond} messages and ${agentLimits.agentCharBucket.perSecond / KIB} KiB a second; one without a fob gives way`,
    test: DRIVEN,
  },
  {
    name: 'relays’ messages',
    from: 'anyone; beyond the first two, whoever has an activation code',
    files: ['service/subjects/enrolment/relay/conversation.ts'],
    bytesMax: relayLimits.relayCharsMax,
    heldMs: relayLimits.relayOpeningMs,
    holdsMax: 128 * KIB,
    spendsMs: 60,
    bound: `${relayLimits.relaysUnopenedPerSource} of one source without a code, ${relayLimits.relaysUnopenedMax} in all; the oldest gives way`,
    test: DRIVEN,
  },
  {
    name: 'RADIUS datagrams',
    from: 'anyone; beyond the header, whoever sends from the address of a client',
    files: ['service/radius/listener.ts'],
    bytesMax: radiusLimits.radiusPacketMax,
    heldMs: 0,
    holdsMax: 16 * KIB,
    spendsMs: 10,
    bound: `unknown addresses are dropped; ${radiusLimits.radiusWaitingOfSource} decisions of one source, ${radiusLimits.radiusAnswersKept} kept answers`,
    test: DRIVEN,
  },
  {
    name: 'answers to what the service sends',
    from: 'the receivers of alerts and mail, which an operator chose',
    files: [
      'service/subjects/notify/webhook.ts',
      'service/subjects/notify/smtp.ts',
      'service/subjects/notify/syslog.ts',
    ],
    bytesMax: recordLimits.webhookAnswerMaxBytes,
    heldMs: recordLimits.deliveryTimeoutMs,
    holdsMax: 2 * recordLimits.webhookAnswerMaxBytes,
    spendsMs: 60,
    bound: 'the length of an answer, which is thrown away, and the time for a delivery',
    test: 'test/service/alerts/senders.test.ts',
  },
  {
    name: 'notices of the database',
    from: 'whoever may write to the PostgreSQL database',
    files: ['service/storage/database/postgres-listen.ts'],
    bytesMax: 8_000,
    heldMs: 0,
    holdsMax: 16 * KIB,
    spendsMs: 10,
    bound: 'PostgreSQL limits a notice; its content is not read, and notices are gathered',
    test: 'test/service/changes.test.ts',
  },
  {
    name: 'answers to the service’s own commands',
    from: 'the service on this computer',
    files: ['service/cli/request.ts'],
    bytesMax: processLimits.clientBodyMaxBytes,
    heldMs: processLimits.clientTimeoutMs,
    holdsMax: 2 * processLimits.clientBodyMaxBytes,
    spendsMs: 60,
    bound: 'the length of an answer, and the time for it',
    test: 'test/service/serve/serve.slow.test.ts',
  },
];
