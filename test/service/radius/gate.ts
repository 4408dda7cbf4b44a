import { FairConcurrencyLimit } from '@passfob/service/base/fairness/concurrency-limit';
import { answerAccess, type Deciding } from '@passfob/service/radius/decide';
import { decodePacket, type Packet } from '@passfob/service/radius/packet';
import type { RadiusPush } from '@passfob/service/storage/schema/schema';
import { secret } from '../../kit/secrets.ts';
import { makeRequest, type Pair } from './client.ts';

const SHARED = secret('shared by the gate and its service');

/** Answers the requests of a client for `ada` without the network; nothing is asked but what a test gives. */
export function gate(
  given: Pick<Deciding, 'management'> & Partial<Deciding>,
  push: RadiusPush = 'off',
  id = 'vpn',
) {
  const never = () => Promise.reject(new Error('not asked here'));
  const pushes = { ask: never, take: never, isDecided: never, userOf: never, withdraw: never };
  const deciding: Deciding = {
    clients: { find: never, forget: () => undefined },
    decide: never,
    pushes: { ...pushes, end: () => undefined },
    closing: new AbortController().signal,
    held: new FairConcurrencyLimit([{ most: 1 }]),
    ...given,
  };
  const standing = { keyHash: '', factors: 'otp' } as const;
  const application = { id, name: 'vpn', factors: 'otp', standing } as const;
  const client = { id: 'gate', name: 'gate', secret: Buffer.from(SHARED), push, application } as const;
  return (password: string, attributes: readonly Pair[] = []) => {
    const { bytes } = makeRequest({ secret: SHARED, user: 'ada', password, attributes });
    return answerAccess(deciding, { packet: decodePacket(bytes) as Packet, client, address: '192.0.2.1' });
  };
}
