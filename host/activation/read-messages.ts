import {
  CODE_BYTES,
  IDENTITY_KEY_BYTES,
  RELAY_ID_BYTES,
  RELAY_NONCE_BYTES,
  SIGNATURE_BYTES,
  TYPED_CODE_CHARS_MAX,
} from './limits.ts';
import { RELAY_STEPS, type RelayMessage, type ServiceMessage } from './messages.ts';
import {
  bytes,
  flag,
  name,
  oneOf,
  optional,
  readByShape,
  type ShapesOf,
  sentence,
  text,
  whole,
  wire,
} from './shapes.ts';

const RELAY_SHAPES: ShapesOf<RelayMessage> = {
  open: { version: oneOf(1), nonce: bytes(RELAY_NONCE_BYTES) },
  enter: { code: bytes(CODE_BYTES), relay: bytes(RELAY_ID_BYTES) },
  plugged: { port: value => typeof value === 'string' && /^[a-z]{1,16}$/.test(value) },
  bytes: { text: wire },
  unplugged: {},
  'pairing-code': { code: text(TYPED_CODE_CHARS_MAX) },
  stop: {},
};

const SERVICE_SHAPES: ShapesOf<ServiceMessage> = {
  identity: {
    key: bytes(IDENTITY_KEY_BYTES),
    nonce: bytes(RELAY_NONCE_BYTES),
    signature: bytes(SIGNATURE_BYTES),
  },
  entered: {
    service: name,
    user: name,
    serial: value => value === null || name(value),
    fobs: oneOf('owned', 'any'),
    expiresMs: whole,
  },
  bytes: { text: wire },
  step: { step: oneOf(...RELAY_STEPS), text: sentence, again: optional(flag), seconds: optional(whole) },
  done: { serial: name, token: name, text: sentence, ticket: name },
  refused: { code: name, text: sentence, next: sentence, isFinal: flag },
};

/** What a relay said, or undefined for anything but exactly one message as it must be. */
export function readRelayMessage(said: string): RelayMessage | undefined {
  return readByShape(said, RELAY_SHAPES) as RelayMessage | undefined;
}

/** What the service said, or undefined for anything but exactly one message as it must be. */
export function readServiceMessage(said: string): ServiceMessage | undefined {
  return readByShape(said, SERVICE_SHAPES) as ServiceMessage | undefined;
}
