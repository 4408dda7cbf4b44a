import { base64urlnopad } from '@scure/base';
import {
  CODE_BYTES,
  IDENTITY_KEY_BYTES,
  MESSAGE_CHARS_MAX,
  NAME_CHARS_MAX,
  RELAY_ID_BYTES,
  RELAY_NONCE_BYTES,
  SENTENCE_CHARS_MAX,
  SIGNATURE_BYTES,
  TYPED_CODE_CHARS_MAX,
  WIRE_CHARS_MAX,
} from './limits.ts';
import { RELAY_STEPS, type RelayMessage, type ServiceMessage } from './messages.ts';

/** Whether a field holds what it must. */
type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;
type ShapesOf<Message extends { readonly type: string }> = {
  readonly [Type in Message['type']]: {
    readonly [Field in keyof Omit<Extract<Message, { type: Type }>, 'type'>]-?: Check;
  };
};

const text =
  (most: number): Check =>
  value =>
    typeof value === 'string' && value.length <= most;
const sentence = text(SENTENCE_CHARS_MAX);
const name = text(NAME_CHARS_MAX);
const oneOf =
  (...values: readonly unknown[]): Check =>
  value =>
    values.includes(value);
const whole: Check = value => Number.isSafeInteger(value) && (value as number) >= 0;
const flag: Check = value => typeof value === 'boolean';
const optional =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const bytes =
  (length: number): Check =>
  value =>
    bytesOf(value)?.length === length;
/** What a wire carries: a character a byte. */
const wire: Check = value => text(WIRE_CHARS_MAX)(value) && !/[^\0-\xff]/.test(value as string);

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
  return read(said, RELAY_SHAPES) as RelayMessage | undefined;
}

/** What the service said, or undefined for anything but exactly one message as it must be. */
export function readServiceMessage(said: string): ServiceMessage | undefined {
  return read(said, SERVICE_SHAPES) as ServiceMessage | undefined;
}

function read(said: string, shapes: Readonly<Record<string, Shape>>): unknown {
  if (said.length > MESSAGE_CHARS_MAX) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(said);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, ...fields } = message as Readonly<Record<string, unknown>>;
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (shape === undefined) return undefined;
  const isRight =
    Object.keys(fields).every(field => Object.hasOwn(shape, field)) &&
    Object.entries(shape).every(([field, check]) => check(fields[field]));
  return isRight ? message : undefined;
}

/** Bytes of a field: base64url without padding, canonical; undefined for anything else. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return base64urlnopad.decode(value);
  } catch {
    return undefined;
  }
}

/** Bytes as a field has them. */
export function fieldOf(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}
