import { radiusLimits } from '../../base/limits/radius.ts';
import { keyOfSource } from '../../features/push/familiar.ts';
import type { KnownClient } from '../../features/radius/known-clients.ts';
import { untilFloor } from '../web/floor.ts';
import type { KeptAnswers } from './answers.ts';
import { isAuthentic, signedAnswer } from './authenticators.ts';
import { answerAccess, type Deciding } from './decide.ts';
import { codes, decodePacket, type Packet, types } from './packet.ts';
import { makePlaces } from './places.ts';
import type { Reply } from './replies.ts';
import { type Asked, sourceOf } from './request.ts';

/** What became of a packet: counted, and logged without anything that was sent. */
export type Fate =
  | 'accept'
  | 'reject'
  | 'challenge'
  | 'displaced'
  | 'status'
  | 'repeat'
  | 'malformed'
  | 'unknown_client'
  | 'unsigned'
  | 'forged'
  | 'proxy_state'
  | 'unsupported'
  | 'busy'
  | 'error';

/** What packets are handled with. */
export interface Handling extends Deciding {
  readonly answers: KeptAnswers;
  /** Told what became of each packet; the client where it is known. */
  readonly told: (fate: Fate, client?: KnownClient, elapsedMs?: number) => void;
}

/** Where a datagram came from; an IPv4 address as itself. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

const fates: Readonly<Record<number, Fate>> = {
  [codes.accessAccept]: 'accept',
  [codes.accessReject]: 'reject',
  [codes.accessChallenge]: 'challenge',
};

/**
 * Makes what takes datagrams and resolves to answers: undefined for those that are dropped in silence. Never rejects. What is
 * under way is bounded in all and for each client; more is dropped, and comes again.
 */
export function makeHandler(handling: Handling) {
  const counted = makeGate(handling.told);

  const answer = async (packet: Packet, client: KnownClient, address: string, sinceMs: number) => {
    const proxied = packet.attributes.filter(({ type }) => type === types.proxyState);
    const reply: Reply =
      packet.code === codes.statusServer
        ? { code: codes.accessAccept, attributes: [] }
        : await answerAccess(handling, { packet, client, address });
    if (reply.code !== codes.accessAccept) await untilFloor(() => performance.now() - sinceMs);
    const fate =
      reply.fate ?? (packet.code === codes.statusServer ? 'status' : (fates[reply.code] ?? 'error'));
    handling.told(fate, client, performance.now() - sinceMs);
    return signedAnswer(packet, client.secret, {
      code: reply.code,
      attributes: [...reply.attributes, ...proxied],
    });
  };

  const clientOf = async ({ address }: Sender): Promise<KnownClient | undefined> => {
    try {
      const client = await handling.clients.find(address);
      if (client === undefined) handling.told('unknown_client');
      return client;
    } catch {
      handling.told('error');
      return undefined;
    }
  };

  return async (datagram: Uint8Array, sender: Sender): Promise<Uint8Array | undefined> => {
    const sinceMs = performance.now();
    const client = await clientOf(sender);
    if (client === undefined) return undefined;
    const packet = decodePacket(datagram);
    const fault = packet === undefined ? 'malformed' : faultOf(packet, client);
    if (packet === undefined || fault !== undefined) {
      handling.told(fault ?? 'malformed', client);
      return undefined;
    }
    const from = `${client.id} ${sender.address} ${sender.port}`;
    const known = handling.answers.find(from, packet.bytes);
    if (known !== undefined) {
      handling.told('repeat', client);
      return await known;
    }
    const answering = counted({ client, packet, address: sender.address }, () =>
      answer(packet, client, sender.address, sinceMs),
    );
    handling.answers.keep(from, packet.bytes, answering);
    return await answering;
  };
}

/** Of one node, for all of its sockets. */
export type Handler = ReturnType<typeof makeHandler>;

/** Lets so much through at once, in all, of one client and of one source of it. What is turned away or fails comes to nothing. */
function makeGate(told: Handling['told']) {
  const places = makePlaces({
    all: radiusLimits.radiusWaiting,
    ofOne: radiusLimits.radiusWaitingOfOne,
    ofPart: radiusLimits.radiusWaitingOfSource,
  });
  return async <T>(asked: Asked, work: () => Promise<T>): Promise<T | undefined> => {
    const { client } = asked;
    const leave = places.enter(client.id, keyOfSource(sourceOf(asked)));
    if (leave === undefined) {
      told('busy', client);
      return undefined;
    }
    try {
      return await work();
    } catch {
      // Nothing was accepted; the client asks again.
      told('error', client);
      return undefined;
    } finally {
      leave();
    }
  };
}

/** Why a packet is dropped; undefined where it is to be answered. */
function faultOf(packet: Packet, { secret }: KnownClient): Fate | undefined {
  const { code, attributes } = packet;
  if (code !== codes.accessRequest && code !== codes.statusServer) return 'unsupported';
  const proxied = attributes.filter(({ type }) => type === types.proxyState);
  const octets = proxied.reduce((sum, { value }) => sum + value.length, 0);
  if (proxied.length > radiusLimits.radiusProxyStatesMax || octets > radiusLimits.radiusProxyStateBytes)
    return 'proxy_state';
  const authentic = isAuthentic(packet, secret);
  if (authentic === 'authentic') return undefined;
  return authentic === 'missing' ? 'unsigned' : 'forged';
}
