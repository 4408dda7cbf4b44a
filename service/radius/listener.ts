import { createSocket, type Socket } from 'node:dgram';
import { setMaxListeners } from 'node:events';
import ipaddr from 'ipaddr.js';
import { ServiceError, systemCode } from '../base/errors.ts';
import { FairConcurrencyLimit } from '../base/fairness/concurrency-limit.ts';
import { processLimits } from '../base/limits/process.ts';
import { radiusLimits } from '../base/limits/radius.ts';
import type { Log } from '../base/log.ts';
import { texts } from '../base/texts/texts.ts';
import type { Management } from '../storage/management.ts';
import type { Metrics } from '../subjects/metrics/metrics.ts';
import type { Pushes } from '../subjects/push/pushes.ts';
import { type KnownClient, makeKnownClients } from '../subjects/radius-clients/known-clients.ts';
import type { Deciding } from './decide.ts';
import { makeDuplicateCache } from './duplicate-cache.ts';
import { type Fate, makeHandler, type PacketHandler } from './handle.ts';

/** An endpoint of RADIUS: an IP address and a UDP port, 0 for a free one. */
export interface RadiusEndpoint {
  readonly address: string;
  readonly port: number;
}

/** The running RADIUS listeners. */
export interface RadiusListening {
  /** With the actual ports. */
  readonly endpoints: readonly RadiusEndpoint[];
  /**
   * Stops receiving, sends the responses of running decisions within `processLimits.closingMs`, and closes the
   * sockets.
   */
  close(): Promise<void>;
}

export interface RadiusMeans {
  readonly management: Management;
  readonly decide: Deciding['decide'];
  readonly pushes: Pushes;
  readonly metrics: Metrics;
  readonly log: Log;
}

const silent: ReadonlySet<Fate> = new Set(['accept', 'reject', 'challenge', 'displaced', 'status', 'repeat']);

/** Starts to listen. @throws ServiceError `port_in_use`, `port_forbidden`, `address_absent` */
export async function listenForRadius(
  { management, decide, pushes, metrics, log }: RadiusMeans,
  endpoints: readonly RadiusEndpoint[],
): Promise<RadiusListening> {
  const { db, keys } = management;
  const dropped = new Map<Fate, number>();
  const told = (fate: Fate, client?: KnownClient, elapsedMs = 0) => {
    metrics.radius.inc({ fate });
    if (!silent.has(fate)) dropped.set(fate, (dropped.get(fate) ?? 0) + 1);
    else log('info', 'radius', { fate, client: client?.id ?? '-', ms: Math.round(elapsedMs * 10) / 10 });
  };
  const closing = new AbortController();
  setMaxListeners(radiusLimits.radiusWaiting, closing.signal);
  const held = heldAnswers();
  closing.signal.addEventListener('abort', () => held.endAll());
  const handle = makeHandler({
    management,
    decide,
    pushes,
    closing: closing.signal,
    held,
    told,
    clients: makeKnownClients(db, keys, () => performance.now()),
    answers: makeDuplicateCache(() => performance.now()),
  });
  const sayDropped = () => {
    for (const [fate, count] of dropped) log('warn', 'radius packets were not answered', { fate, count });
    dropped.clear();
  };
  const timer = setInterval(sayDropped, radiusLimits.radiusDropLogMs).unref();
  const underWay = new Set<Promise<void>>();
  const sockets: Socket[] = [];
  const close = async () => {
    clearInterval(timer);
    closing.abort();
    for (const socket of sockets) socket.removeAllListeners('message');
    const cut = new Promise<void>(resolve => setTimeout(resolve, processLimits.closingMs).unref());
    await Promise.race([Promise.all(underWay), cut]);
    await Promise.all(sockets.map(socket => new Promise<void>(resolve => socket.close(() => resolve()))));
    sayDropped();
  };
  try {
    for (const endpoint of endpoints) sockets.push(await bind(endpoint));
  } catch (error) {
    await close();
    throw error;
  }
  for (const socket of sockets) receive(socket, { handle, underWay, told });
  return {
    endpoints: sockets.map(socket => {
      const { address, port } = socket.address();
      return { address, port };
    }),
    close,
  };
}

/** Limits delayed responses: of this node, of one client, of one source of it, of one name from there. */
function heldAnswers(): FairConcurrencyLimit {
  return new FairConcurrencyLimit([
    { most: radiusLimits.radiusPressesHeld, keptForTrusted: radiusLimits.radiusPressesHeldTrusted },
    { most: radiusLimits.radiusPressesHeldOfOne, keptForTrusted: radiusLimits.radiusPressesHeldOfOneTrusted },
    { most: radiusLimits.radiusPressesHeldOfSource },
    { most: radiusLimits.radiusPressesHeldOfName },
  ]);
}

/** Binds each endpoint for a moment, before the first start makes anything. @throws ServiceError as `bind` */
export async function checkRadiusPorts(endpoints: readonly RadiusEndpoint[]): Promise<void> {
  for (const endpoint of endpoints) {
    const socket = await bind(endpoint);
    await new Promise<void>(resolve => socket.close(() => resolve()));
  }
}

function bind({ address, port }: RadiusEndpoint): Promise<Socket> {
  const type = address.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket({ type, ipv6Only: type === 'udp6' && address !== '::' });
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close();
      reject(bindError(error, { address, port }));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      socket.setRecvBufferSize(radiusLimits.radiusReceiveBytes);
      resolve(socket);
    });
  });
}

function bindError(error: Error, { address, port }: RadiusEndpoint): Error {
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return new ServiceError('port_in_use', texts.startup.radiusPortInUse(address, port), error);
  if (code === 'EACCES') return new ServiceError('port_forbidden', texts.startup.portForbidden, error);
  if (code === 'EADDRNOTAVAIL') return new ServiceError('address_absent', texts.startup.addressAbsent, error);
  return error;
}

/** The receivers of a socket's packets. */
export interface Hearing {
  readonly handle: PacketHandler;
  /** Running decisions and responses: none of them rejects. */
  readonly underWay: Set<Promise<void>>;
  readonly told: (fate: Fate) => void;
}

/** Handles every datagram of a socket, without waiting for the decision. */
export function receive(socket: Socket, { handle, underWay, told }: Hearing): void {
  const failed = () => told('error');
  // Network errors about undelivered responses are not the service's fault.
  socket.on('error', failed);
  socket.on('message', (datagram, { address, port }) => {
    // No response can reach port 0, and an attacker who saw a client's packet can send it again from there.
    if (port === 0) return told('malformed');
    // A link-local address ends with its interface.
    const [plain = ''] = address.split('%');
    const answering = handle(datagram, { address: ipaddr.process(plain).toString(), port })
      .then(answer => answer && sent(socket, answer, { address, port }))
      // A closed socket cannot send a response.
      .catch(failed)
      .finally(() => underWay.delete(answering));
    underWay.add(answering);
  });
}

/** Resolves when the datagram has left: closing the socket earlier would discard it. */
function sent(
  socket: Socket,
  answer: Uint8Array,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  return new Promise(resolve => socket.send(answer, port, address, () => resolve()));
}
