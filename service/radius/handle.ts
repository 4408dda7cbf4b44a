import { radiusLimits } from '../base/limits/radius.ts';
import { untilMinimumTime } from '../http/web/minimum-response-time.ts';
import { keyOfSource } from '../subjects/push/trusted-source.ts';
import type { KnownClient } from '../subjects/radius-clients/known-clients.ts';
import { isAuthentic, signedAnswer } from './authenticators.ts';
import { answerAccess, type Deciding } from './decide.ts';
import type { DuplicateCache } from './duplicate-cache.ts';
import { codes, decodePacket, type Packet, types } from './packet.ts';
import type { Reply } from './replies.ts';
import { type AccessRequest, sourceOf } from './request.ts';

/** A concurrency limit: in all, for each client, and for each part of a client's requests. */
export interface Places {
  /**
   * Takes one place.
   * @param part undefined if it is unknown: then the limit of parts does not apply
   * @returns a function that gives the place back, to be called once; undefined if none is left
   */
  enter(clientId: string, part?: string): (() => void) | undefined;
}

/** The capacities. Default for a part: the capacity of its client. */
export interface Most {
  readonly all: number;
  readonly ofOne: number;
  readonly ofPart?: number;
}

/** The users of one client, or an attacker who invents user names there, cannot use up the places of all others. */
function makePlaces({ all, ofOne, ofPart = ofOne }: Most): Places {
  const taken = new Map<string, number>();
  return {
    enter(clientId, part) {
      const bounds = [
        ['', all],
        [clientId, ofOne],
        ...(part === undefined ? [] : [[`${clientId} ${part}`, ofPart] as const]),
      ] as const;
      if (bounds.some(([key, most]) => (taken.get(key) ?? 0) >= most)) return undefined;
      for (const [key] of bounds) taken.set(key, (taken.get(key) ?? 0) + 1);
      return () => {
        for (const [key] of bounds) {
          const left = (taken.get(key) ?? 1) - 1;
          if (left === 0) taken.delete(key);
          else taken.set(key, left);
        }
      };
    },
  };
}

/** The fate of a packet: counted, and logged without any data from the client. */
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

/** The objects that handle packets. */
export interface Handling extends Deciding {
  readonly answers: DuplicateCache;
  /** Receives the fate of each packet, and the client if it is known. */
  readonly told: (fate: Fate, client?: KnownClient, elapsedMs?: number) => void;
}

/** The source of a datagram; a mapped IPv4 address as plain IPv4. */
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
 * Makes a handler of datagrams that resolves to responses: undefined for silently dropped ones. It never rejects.
 * Concurrent work is limited in all and for each client; further packets are dropped, and the client repeats them.
 */
export function makeHandler(handling: Handling) {
  const counted = makeGate(handling.told);

  const answer = async (packet: Packet, client: KnownClient, address: string, sinceMs: number) => {
    const proxied = packet.attributes.filter(({ type }) => type === types.proxyState);
    const reply: Reply =
      packet.code === codes.statusServer
        ? { code: codes.accessAccept, attributes: [] }
        : await answerAccess(handling, { packet, client, address });
    if (reply.code !== codes.accessAccept) await untilMinimumTime(() => performance.now() - sinceMs);
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

/** Shared by all sockets of one node. */
export type PacketHandler = ReturnType<typeof makeHandler>;

/**
 * Limits concurrent work: in all, of one client and of one source of it. Refused or failed work resolves to
 * undefined.
 */
function makeGate(told: Handling['told']) {
  const places = makePlaces({
    all: radiusLimits.radiusWaiting,
    ofOne: radiusLimits.radiusWaitingOfOne,
    ofPart: radiusLimits.radiusWaitingOfSource,
  });
  return async <T>(asked: AccessRequest, work: () => Promise<T>): Promise<T | undefined> => {
    const { client } = asked;
    const leave = places.enter(client.id, keyOfSource(sourceOf(asked)));
    if (leave === undefined) {
      told('busy', client);
      return undefined;
    }
    try {
      return await work();
    } catch {
      // Nothing was accepted; the client repeats the request.
      told('error', client);
      return undefined;
    } finally {
      leave();
    }
  };
}

/** Returns why a packet is dropped; undefined if it is to be answered. */
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
