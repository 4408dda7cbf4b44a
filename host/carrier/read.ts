import type { CarrierEnd, CarrierPurpose } from '@passfob/protocol/carrier';
import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import type { RelaySays, ServiceSays } from './messages.ts';
import { shapeOf } from './table.ts';

/** The messages that services sent to agents before the carrier protocol. Frozen. */
export const EARLIER_AGENTS_RECEIVE: ReadonlySet<string> = new Set([
  'identity',
  'standing',
  'bytes',
  'release',
  'notice',
  'beat',
  'refused',
]);

/**
 * Parses a relay's message. @param purpose of the relay, or undefined as long as it has not opened: only `open` is
 * valid then. @returns undefined for anything but exactly one valid message
 */
export function readRelaySays(text: string, purpose: CarrierPurpose | undefined): RelaySays | undefined {
  const message = read(text, 'relay', purpose) as RelaySays | undefined;
  return purpose === undefined && message?.type !== 'open' ? undefined : message;
}

/**
 * Parses a message of the service to a relay of this purpose. @returns undefined for anything but exactly one valid
 * message
 */
export function readServiceSays<For extends CarrierPurpose>(
  text: string,
  purpose: For,
): ServiceSays<For> | undefined {
  return read(text, 'service', purpose) as ServiceSays<For> | undefined;
}

/** Returns the message as text. Texts for a person are cut and cleaned, so that the other end accepts them. */
export function carrierText(message: RelaySays | ServiceSays): string {
  const shape = shapeOf(message.type);
  if (shape === undefined || !shape.isShown) return JSON.stringify(message);
  const fitted: Record<string, unknown> = { ...message };
  for (const { name, fit } of shape.fields) if (fitted[name] !== undefined) fitted[name] = fit(fitted[name]);
  return JSON.stringify(fitted);
}

function read(text: string, from: CarrierEnd, purpose: CarrierPurpose | undefined): unknown {
  if (text.length > CARRIER_MESSAGE_CHARS_MAX) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, ...given } = message as Readonly<Record<string, unknown>>;
  const shape = typeof type === 'string' ? shapeOf(type) : undefined;
  if (shape === undefined || (shape.from !== from && shape.from !== 'both')) return undefined;
  if (purpose !== undefined && !shape.purposes.includes(purpose)) return undefined;
  const isRight =
    Object.keys(given).every(name => shape.fields.some(field => field.name === name)) &&
    shape.fields.every(({ name, isOptional, isValid }) =>
      Object.hasOwn(given, name) ? isValid(given[name]) : isOptional,
    );
  return isRight ? message : undefined;
}
