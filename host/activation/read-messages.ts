import { CODE_BYTES, RELAY_ID_BYTES, TYPED_CODE_CHARS_MAX } from './limits.ts';
import { RELAY_STEPS, type RelayMessage, type ServiceMessage } from './messages.ts';
import {
  bytes,
  flag,
  identityShape,
  name,
  oneOf,
  openShape,
  optional,
  port,
  readByShape,
  refusedShape,
  type ShapesOf,
  sentence,
  text,
  whole,
  wire,
} from './shapes.ts';

const RELAY_SHAPES: ShapesOf<RelayMessage> = {
  open: openShape,
  enter: { code: bytes(CODE_BYTES), relay: bytes(RELAY_ID_BYTES) },
  plugged: { port },
  bytes: { text: wire },
  unplugged: {},
  'pairing-code': { code: text(TYPED_CODE_CHARS_MAX) },
  'show-code': {},
  stop: {},
};

const SERVICE_SHAPES: ShapesOf<ServiceMessage> = {
  identity: identityShape,
  entered: {
    service: name,
    user: name,
    serial: value => value === null || name(value),
    fobs: oneOf('owned', 'any'),
    expiresMs: whole,
  },
  bytes: { text: wire },
  step: {
    step: oneOf(...RELAY_STEPS),
    text: sentence,
    again: optional(flag),
    seconds: optional(whole),
    same: optional(flag),
  },
  done: { serial: name, token: name, text: sentence, ticket: name },
  refused: refusedShape,
};

/** Parses a relay's message. Returns undefined for anything but exactly one valid message. */
export function readRelayMessage(said: string): RelayMessage | undefined {
  return readByShape(said, RELAY_SHAPES) as RelayMessage | undefined;
}

/** Parses a service's message. Returns undefined for anything but exactly one valid message. */
export function readServiceMessage(said: string): ServiceMessage | undefined {
  return readByShape(said, SERVICE_SHAPES) as ServiceMessage | undefined;
}
