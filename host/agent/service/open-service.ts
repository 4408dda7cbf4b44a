import { FobError, isFobError } from '../../errors.ts';
import { PEM_BYTES_MAX } from '../../limits.ts';
import { readPlainFile } from '../../read-whole.ts';
import { filled, settingsTexts } from '../base/texts.ts';
import type { Time } from '../base/time.ts';
import type { Hop, Route } from '../network/connect.ts';
import { endpointOf } from '../network/endpoint.ts';
import { type NetworkFailureCode, networkFailureCode } from '../network/failure.ts';
import { pathBy } from '../network/path.ts';
import { PollingSocket } from '../network/polls.ts';
import { proxyFor } from '../network/proxy.ts';
import type { ServiceSettings } from '../network/settings.ts';
import { openWebSocket } from '../network/web-socket.ts';
import { Inbox } from './inbox.ts';
import { type ProvedService, proveService } from './opening.ts';
import { type AgentWire, agentWire, earlierAgentWire } from './wire.ts';

/** The kind of connection. */
export type ConnectionKind = 'websocket' | 'polling';

/** Everything needed to open a connection to a service. */
export interface OpenOptions {
  /** An empty fingerprint accepts any identity key. */
  readonly service: ServiceSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly time: Time;
  readonly signal: AbortSignal;
  /** Called with each hop of each connection. */
  readonly told?: ((hop: Hop) => void) | undefined;
}

/** A connection to a service that has proved itself. */
export interface OpenedService {
  readonly inbox: Inbox;
  readonly by: ConnectionKind;
  readonly proved: ProvedService;
  /** Why the connection ended, if known. */
  readonly failure: () => FobError | undefined;
}

/** @throws FobError `bad-input` for an unusable file or proxy */
export function routeTo({ service, environment }: Pick<OpenOptions, 'service' | 'environment'>): Route {
  return {
    target: endpointOf(service.url),
    proxy: proxyFor(service, environment),
    ca: service.ca === undefined ? undefined : readAuthorityFile(service.ca),
  };
}

/** Node accepts a file without any certificate, then trusts no authority and reports misleading errors. */
function readAuthorityFile(path: string): string {
  try {
    const pem = readPlainFile(path, PEM_BYTES_MAX).toString('utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch {
    // The check below reports it.
  }
  const { sentence, next } = settingsTexts.badAuthority;
  throw new FobError('bad-input', { sentence: filled(sentence, { path }), next });
}

/** @throws FobError (`networkFailure`), `bad-input`, `cancelled` */
export function openByWebSocket(options: OpenOptions): Promise<OpenedService> {
  return byEitherWire(options, webSocketBy);
}

async function webSocketBy(options: OpenOptions, wire: AgentWire): Promise<OpenedService> {
  const { service, time, signal } = options;
  const path = pathBy(routeTo(options), options.told);
  const cancel = () => path.cut();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const place = { origin: service.url, at: wire.path };
    const inbox = new Inbox(await openWebSocket(path, place, signal), wire);
    const proved = await proveService(inbox, service.url, service.fingerprint, time);
    return { inbox, by: 'websocket', proved, failure: () => undefined };
  } catch (error) {
    path.cut();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** @throws FobError (`networkFailure`), `bad-input` */
export function openByPolls(options: OpenOptions): Promise<OpenedService> {
  return byEitherWire(options, pollsBy);
}

async function pollsBy(options: OpenOptions, wire: AgentWire): Promise<OpenedService> {
  const { service, time, signal } = options;
  const place = { origin: service.url, at: wire.path };
  const polls = new PollingSocket(pathBy(routeTo(options), options.told), place, time);
  const cancel = () => polls.close();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const inbox = new Inbox(polls, wire);
    const proved = await proveService(inbox, service.url, service.fingerprint, time);
    return { inbox, by: 'polling', proved, failure: () => polls.failure };
  } catch (error) {
    polls.close();
    throw polls.failure ?? error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Opens a connection by the carrier protocol, or as earlier services do if the service does not know its path. */
async function byEitherWire(
  options: OpenOptions,
  open: (options: OpenOptions, wire: AgentWire) => Promise<OpenedService>,
): Promise<OpenedService> {
  try {
    return await open(options, agentWire);
  } catch (error) {
    const isUnknown = error instanceof FobError && error.details?.status === 404;
    if (options.signal.aborted || !isUnknown) throw error;
  }
  return open(options, earlierAgentWire);
}

/**
 * Failures of a WebSocket after which polls may still get through: the TCP and TLS connection works, but nothing
 * more.
 */
const TRY_POLLS: readonly (NetworkFailureCode | undefined)[] = [
  'no-websocket',
  'no-identity',
  'quiet',
  'ended',
  undefined,
];

/**
 * Opens a WebSocket, or polls if a WebSocket does not get through. @throws FobError (`networkFailure`), `bad-input`,
 * `cancelled`
 */
export async function openByEither(options: OpenOptions): Promise<OpenedService> {
  try {
    return await openByWebSocket(options);
  } catch (error) {
    const isHopeless = isFobError(error, 'bad-input') || !TRY_POLLS.includes(networkFailureCode(error));
    if (options.signal.aborted || isHopeless) throw error;
  }
  return openByPolls(options);
}
