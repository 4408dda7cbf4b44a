import { randomUUID } from 'node:crypto';
import { prepareSource } from '../validation/source.ts';
import { revealPassword } from './authenticators.ts';
import type { KnownClient } from './known-clients.ts';
import { type Packet, types, valuesOf } from './packet.ts';

/** An authentic Access-Request with who sent it. */
export interface Asked {
  readonly packet: Packet;
  readonly client: KnownClient;
  readonly address: string;
}

/** What an Access-Request said. `field` is a secret. */
export interface Request {
  readonly user: string;
  readonly field: string;
  readonly state: Uint8Array | undefined;
  readonly source: string;
  readonly requestId: string;
}

/** Undefined where it is no PAP request (RFC 2865 §5.2) of one user. */
export function readRequest({ packet, client, address }: Asked): Request | undefined {
  const [[user, second], [hidden, other], [state, more]] = [
    valuesOf(packet, types.userName),
    valuesOf(packet, types.userPassword),
    valuesOf(packet, types.state),
  ];
  if (user === undefined || hidden === undefined) return undefined;
  if (second !== undefined || other !== undefined || more !== undefined) return undefined;
  const isOther = ({ type }: { type: number }) => type === types.eapMessage || type === types.chapPassword;
  if (packet.attributes.some(isOther)) return undefined;
  const field = revealPassword(hidden, client.secret, packet.authenticator);
  if (field === undefined) return undefined;
  const [station] = valuesOf(packet, types.callingStationId);
  return {
    user: textOf(user),
    field: textOf(field),
    state,
    source: prepareSource(station === undefined ? address : textOf(station)),
    requestId: randomUUID(),
  };
}

/** Text in UTF-8; what is none is empty, and so nobody's name or passcode. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '';
  }
}
