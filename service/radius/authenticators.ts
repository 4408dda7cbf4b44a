import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { radiusLimits } from '../base/limits/radius.ts';
import { type Attribute, encodePacket, type NewPacket, type Packet, types } from './packet.ts';

const AUTHENTICATOR_AT = radiusLimits.radiusPacketMin - radiusLimits.radiusAuthenticatorBytes;

/** RADIUS has no other digest; only data under the Message-Authenticator below is trusted. */
const md5 = (...parts: readonly Uint8Array[]) => hash('md5', Buffer.concat(parts), 'buffer');

/**
 * Checks that the sender of a request has the secret: by its Message-Authenticator (RFC 2869 §5.14), of which there
 * must be exactly one.
 */
export function isAuthentic(request: Packet, secret: Uint8Array): 'authentic' | 'missing' | 'wrong' {
  const found = request.attributes.filter(({ type }) => type === types.messageAuthenticator);
  const [only] = found;
  if (only === undefined) return 'missing';
  if (found.length > 1 || only.value.length !== radiusLimits.radiusAuthenticatorBytes) return 'wrong';
  const zeroed = Buffer.from(request.bytes);
  zeroed.fill(0, only.at, only.at + only.value.length);
  const expected = createHmac('md5', secret).update(zeroed).digest();
  return timingSafeEqual(expected, only.value) ? 'authentic' : 'wrong';
}

/**
 * Returns a response with two signatures: a Message-Authenticator, which is its first attribute so that no MD5
 * collision can be prepared in front of it (CVE-2024-3596), and the Response Authenticator (RFC 2865 §3).
 */
export function signedAnswer(
  request: Pick<Packet, 'identifier' | 'authenticator'>,
  secret: Uint8Array,
  answer: Pick<NewPacket, 'code' | 'attributes'>,
): Uint8Array {
  const { identifier, authenticator } = request;
  const own: Pick<Attribute, 'type' | 'value'> = {
    type: types.messageAuthenticator,
    value: new Uint8Array(radiusLimits.radiusAuthenticatorBytes),
  };
  const attributes = [own, ...answer.attributes];
  const bytes = encodePacket({ code: answer.code, identifier, authenticator, attributes });
  bytes.set(createHmac('md5', secret).update(bytes).digest(), radiusLimits.radiusPacketMin + 2);
  bytes.set(md5(bytes, secret), AUTHENTICATOR_AT);
  return bytes;
}

/**
 * Returns the password of a User-Password (RFC 2865 §5.2), without the zeros that fill its last block.
 *
 * @returns undefined if its length is not that of a hidden password
 */
export function revealPassword(
  hidden: Uint8Array,
  secret: Uint8Array,
  requestAuthenticator: Uint8Array,
): Buffer | undefined {
  const { radiusAuthenticatorBytes: block, radiusPasswordMax } = radiusLimits;
  if (hidden.length === 0 || hidden.length % block !== 0 || hidden.length > radiusPasswordMax)
    return undefined;
  const plain = Buffer.alloc(hidden.length);
  let before = requestAuthenticator;
  for (let at = 0; at < hidden.length; at += block) {
    const pad = md5(secret, before);
    for (let index = 0; index < block; index++)
      plain[at + index] = (hidden[at + index] ?? 0) ^ (pad[index] ?? 0);
    before = hidden.subarray(at, at + block);
  }
  let end = plain.length;
  while (end > 0 && plain[end - 1] === 0) end--;
  return plain.subarray(0, end);
}
