import { sha256 } from '@noble/hashes/sha2.js';
import { base16 } from '@scure/base';
import { checkIdentity } from '../../activation/identity.ts';
import { FINGERPRINT_BYTES, OPENING_NONCE_BYTES } from '../../activation/limits.ts';
import { bytesOf, fieldOf } from '../../carrier/fields.ts';
import type { Said } from '../../carrier/messages.ts';
import { type FobError, isFobError } from '../../errors.ts';
import { AGENT_ANSWER_MS } from '../base/limits.ts';
import type { Time } from '../base/time.ts';
import { endpointOf } from '../network/endpoint.ts';
import { networkFailure } from '../network/failure.ts';
import type { Inbox } from './inbox.ts';

type Refused = Said<'refused'>;

/** A service that has proved that it holds an identity key. */
export interface ProvedService {
  /** The name that the service gives itself. */
  readonly name: string;
  /** SHA-256 of its identity key, in hexadecimal. */
  readonly fingerprint: string;
}

/**
 * Lets a service prove its identity; nothing else is sent to it before.
 * @param expected the beginning of its fingerprint; empty accepts any
 * @throws FobError (`networkFailure`) `ended`, `quiet`, `no-identity`, `other-identity`, `service-refuses`
 */
export async function proveService(
  inbox: Inbox,
  service: string,
  expected: string,
  time: Time,
  purpose: 'agent' | 'care' = 'agent',
): Promise<ProvedService> {
  const endpoint = endpointOf(service);
  const nonce = globalThis.crypto.getRandomValues(new Uint8Array(OPENING_NONCE_BYTES));
  inbox.say({ type: 'open', version: 1, for: purpose, nonce: fieldOf(nonce) });
  const text = await inbox.next(AGENT_ANSWER_MS, time);
  if (text === undefined) throw networkFailure(inbox.isClosed ? 'ended' : 'quiet', endpointValues(endpoint));
  const said = inbox.wire.read(text);
  if (said?.type === 'refused') throw refusalError(said, endpoint.host);
  if (said?.type !== 'identity') throw networkFailure('no-identity', endpointValues(endpoint));
  const key = bytesOf(said.key) ?? new Uint8Array(0);
  const digest = sha256(key);
  const fingerprint = base16.encode(digest).toLowerCase();
  const other = () => networkFailure('other-identity', endpointValues(endpoint));
  if (!fingerprint.startsWith(expected)) throw other();
  try {
    const own = digest.subarray(0, FINGERPRINT_BYTES);
    await checkIdentity({ service, fingerprint: own }, nonce, said, inbox.wire.opened);
  } catch (cause) {
    throw isFobError(cause, 'activation') ? other() : cause;
  }
  return { name: said.name, fingerprint };
}

const endpointValues = ({ host, port }: { readonly host: string; readonly port: number }) => ({ host, port });

/** Converts a refusal into an error to show. `details.isFinal`: another attempt does not help. */
export function refusalError({ text, next, code, isFinal }: Refused, host: string): FobError {
  return networkFailure('service-refuses', { host, text, next }, undefined, { refusal: code, isFinal });
}
