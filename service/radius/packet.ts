import { radiusLimits } from '../base/limits/radius.ts';

/** Kinds of packets (RFC 2865 §3, RFC 5997 §3). */
export const codes = {
  accessRequest: 1,
  accessAccept: 2,
  accessReject: 3,
  accessChallenge: 11,
  statusServer: 12,
} as const;

/** Attributes that this service uses (RFC 2865 §5, RFC 2869 §5). */
export const types = {
  userName: 1,
  userPassword: 2,
  chapPassword: 3,
  serviceType: 6,
  replyMessage: 18,
  state: 24,
  vendorSpecific: 26,
  /** Session-Timeout: in an Access-Challenge how long the service waits for the next request. */
  sessionSeconds: 27,
  callingStationId: 31,
  proxyState: 33,
  /** Prompt of an Access-Challenge (RFC 2869 §5.10): 0 hides the typed text. */
  prompt: 76,
  eapMessage: 79,
  messageAuthenticator: 80,
} as const;

/** One attribute as sent: up to 253 octets. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
  /** The offset of its value in the packet. */
  readonly at: number;
}

export interface Packet {
  readonly code: number;
  readonly identifier: number;
  readonly authenticator: Uint8Array;
  readonly attributes: readonly Attribute[];
  /** The packet without trailing octets of the datagram. */
  readonly bytes: Uint8Array;
}

const HEADER = { code: 0, identifier: 1, length: 2, authenticator: 4 } as const;

/**
 * Parses a packet (RFC 2865 §3). Octets beyond its length are padding; a datagram shorter than that length is
 * malformed.
 *
 * @returns undefined if it is malformed: its length, or an attribute that exceeds the packet
 */
export function decodePacket(datagram: Uint8Array): Packet | undefined {
  if (datagram.length < radiusLimits.radiusPacketMin || datagram.length > radiusLimits.radiusPacketMax)
    return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const length = view.getUint16(HEADER.length);
  if (length < radiusLimits.radiusPacketMin || length > datagram.length) return undefined;
  const bytes = datagram.subarray(0, length);
  const attributes = attributesOf(bytes);
  if (attributes === undefined) return undefined;
  return {
    code: view.getUint8(HEADER.code),
    identifier: view.getUint8(HEADER.identifier),
    authenticator: bytes.subarray(HEADER.authenticator, radiusLimits.radiusPacketMin),
    attributes,
    bytes,
  };
}

function attributesOf(bytes: Uint8Array): Attribute[] | undefined {
  const attributes: Attribute[] = [];
  for (let at = radiusLimits.radiusPacketMin; at < bytes.length; ) {
    const [type = 0, length = 0] = bytes.subarray(at, at + 2);
    if (length < 2 || at + length > bytes.length) return undefined;
    if (attributes.length >= radiusLimits.radiusAttributesMax) return undefined;
    attributes.push({ type, value: bytes.subarray(at + 2, at + length), at: at + 2 });
    at += length;
  }
  return attributes;
}

/** A packet before it is signed. */
export interface NewPacket {
  readonly code: number;
  readonly identifier: number;
  readonly authenticator: Uint8Array;
  readonly attributes: readonly Pick<Attribute, 'type' | 'value'>[];
}

/** Encodes a packet. @throws RangeError if it would be too long, which the caller must prevent */
export function encodePacket({ code, identifier, authenticator, attributes }: NewPacket): Uint8Array {
  const length = attributes.reduce<number>(
    (sum, { value }) => sum + 2 + value.length,
    radiusLimits.radiusPacketMin,
  );
  if (length > radiusLimits.radiusPacketMax) throw new RangeError('a RADIUS packet would be too long');
  const bytes = new Uint8Array(length);
  bytes[HEADER.code] = code;
  bytes[HEADER.identifier] = identifier;
  new DataView(bytes.buffer).setUint16(HEADER.length, length);
  bytes.set(authenticator, HEADER.authenticator);
  let at: number = radiusLimits.radiusPacketMin;
  for (const { type, value } of attributes) {
    if (value.length + 2 > radiusLimits.radiusAttributeMax)
      throw new RangeError('a RADIUS attribute would be too long');
    bytes.set([type, value.length + 2], at);
    bytes.set(value, at + 2);
    at += value.length + 2;
  }
  return bytes;
}

/** Returns the values of all attributes of a type, in order. */
export function valuesOf({ attributes }: Pick<Packet, 'attributes'>, type: number): Uint8Array[] {
  return attributes.filter(attribute => attribute.type === type).map(({ value }) => value);
}
