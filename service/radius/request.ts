import { randomUUID } from 'node:crypto';
import { prepareSource } from '../base/source.ts';
import type { Keys } from '../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../storage/encryption-at-rest/seal.ts';
import type { KnownClient } from '../subjects/radius-clients/known-clients.ts';
import { revealPassword } from './authenticators.ts';
import { type Attribute, type Packet, types, valuesOf } from './packet.ts';

/** An authentic Access-Request with its client and address. */
export interface AccessRequest {
  readonly packet: Packet;
  readonly client: KnownClient;
  readonly address: string;
}

/** The contents of an Access-Request. `field` is a secret. */
export interface RadiusRequest {
  readonly user: string;
  readonly field: string;
  readonly state: Uint8Array | undefined;
  readonly source: string;
  /** Whether the source is the user's own, not the client's in its place. */
  readonly isSourceKnown: boolean;
  readonly requestId: string;
}

/** Returns the idempotency key of a packet, the same for its repeats. */
export function idempotencyKeyOf({ packet: { identifier, authenticator }, client }: AccessRequest): string {
  return `radius:${client.id}:${identifier}:${Buffer.from(authenticator).toString('hex')}`;
}

/**
 * Returns the id and session of a request to approve. All nodes derive the same ones from a packet, so a repeated
 * packet is the same request. Outsiders cannot compute them.
 */
export function pressOf(
  keys: Keys,
  { packet, client }: AccessRequest,
): { readonly id: string; readonly session: string } {
  const of = (part: string) =>
    macOf(keys, 'radius-press', [part, client.id, Buffer.from(packet.bytes).toString('hex')]);
  return { id: Buffer.from(of('id'), 'base64url').toString('hex'), session: of('session') };
}

/** Returns undefined unless it is a PAP request (RFC 2865 §5.2) of one user. */
export function readRequest({ packet, client, address }: AccessRequest): RadiusRequest | undefined {
  const [[user, second], [hidden, other], [state, more]] = [
    valuesOf(packet, types.userName),
    valuesOf(packet, types.userPassword),
    valuesOf(packet, types.state),
  ];
  if (user === undefined) return undefined;
  if (second !== undefined || other !== undefined || more !== undefined) return undefined;
  if (packet.attributes.some(isOther)) return undefined;
  // FreeRADIUS omits an empty password (RFC 2865 §4.1 allows that with a State alone).
  const field =
    hidden === undefined ? Buffer.alloc(0) : revealPassword(hidden, client.secret, packet.authenticator);
  if (field === undefined) return undefined;
  return {
    user: textOf(user),
    field: textOf(field),
    state,
    ...sourceOf({ packet, address }),
    requestId: randomUUID(),
  };
}

/** Returns the user's source from the Calling-Station-Id; without one, the client's address. */
export function sourceOf({
  packet,
  address,
}: Pick<AccessRequest, 'packet' | 'address'>): Pick<RadiusRequest, 'source' | 'isSourceKnown'> {
  const [station] = valuesOf(packet, types.callingStationId);
  const source = prepareSource(station === undefined ? address : textOf(station));
  return { source, isSourceKnown: station !== undefined };
}

/**
 * Microsoft’s challenge and responses (RFC 2548 §2), in a Vendor-Specific: a request with them is not one with an
 * empty password.
 */
const MICROSOFT = Buffer.from([0, 0, 1, 55]);
const MS_CHAP = [1, 11, 25];

/**
 * CHAP, MS-CHAP and EAP, and requests that are no log-in: Service-Type Call-Check and Authorize-Only (RFC 5176 §3.2).
 */
function isOther({ type, value }: Attribute): boolean {
  if (type === types.serviceType) return [10, 17].includes(value.at(-1) ?? 0);
  if (type === types.vendorSpecific)
    return (
      MICROSOFT.equals(value.subarray(0, MICROSOFT.length)) && MS_CHAP.includes(value[MICROSOFT.length] ?? 0)
    );
  return type === types.eapMessage || type === types.chapPassword;
}

/** Decodes UTF-8; returns an empty text for invalid bytes, which is no user's name or passcode. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '';
  }
}
