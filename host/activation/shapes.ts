import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { bytesOf } from '../carrier/fields.ts';
import {
  IDENTITY_KEY_BYTES,
  NAME_CHARS_MAX,
  OPENING_NONCE_BYTES,
  SENTENCE_CHARS_MAX,
  SIGNATURE_BYTES,
  WIRE_CHARS_MAX,
} from './limits.ts';

/** Whether a field's value is valid. */
export type FieldCheck = (value: unknown) => boolean;
export type MessageShape = Readonly<Record<string, FieldCheck>>;
/** A shape for each message of a union. */
export type ShapesOf<Message extends { readonly type: string }> = {
  readonly [Type in Message['type']]: {
    readonly [Field in keyof Omit<Extract<Message, { type: Type }>, 'type'>]-?: FieldCheck;
  };
};

export const text =
  (most: number): FieldCheck =>
  value =>
    typeof value === 'string' && value.length <= most;
export const sentence = text(SENTENCE_CHARS_MAX);
export const name = text(NAME_CHARS_MAX);
export const oneOf =
  (...values: readonly unknown[]): FieldCheck =>
  value =>
    values.includes(value);
export const whole: FieldCheck = value => Number.isSafeInteger(value) && (value as number) >= 0;
export const flag: FieldCheck = value => typeof value === 'boolean';
export const optional =
  (check: FieldCheck): FieldCheck =>
  value =>
    value === undefined || check(value);
export const bytes =
  (length: number): FieldCheck =>
  value =>
    bytesOf(value)?.length === length;
/** Bytes of a wire as text, one character for each byte. */
export const wire: FieldCheck = value => text(WIRE_CHARS_MAX)(value) && !/[^\0-\xff]/.test(value as string);

/** The kind of a fob's port. */
export const port: FieldCheck = value => typeof value === 'string' && /^[a-z]{1,16}$/.test(value);

/** The first messages of a connection and the refusal. */
export const openShape = { version: oneOf(1), nonce: bytes(OPENING_NONCE_BYTES) };
export const identityShape = {
  key: bytes(IDENTITY_KEY_BYTES),
  nonce: bytes(OPENING_NONCE_BYTES),
  signature: bytes(SIGNATURE_BYTES),
};
export const refusedShape = { code: name, text: sentence, next: sentence, isFinal: flag };

/** Parses a message of one of these shapes. Returns undefined for anything but exactly one valid message. */
export function readByShape(said: string, shapes: Readonly<Record<string, MessageShape>>): unknown {
  if (said.length > CARRIER_MESSAGE_CHARS_MAX) return undefined;
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
