import type { CarrierMessage, CarrierPurpose } from '@passfob/protocol/carrier';

/** A message of a relay: of one purpose, or of any. */
export type RelaySays<For extends CarrierPurpose = CarrierPurpose> = CarrierMessage<'relay', For>;
/** A message of the service, to relays of one purpose or of any. */
export type ServiceSays<For extends CarrierPurpose = CarrierPurpose> = CarrierMessage<'service', For>;

/** The fields of one kind of message, without its type. */
export type Said<Type extends ServiceSays['type']> = Omit<Extract<ServiceSays, { type: Type }>, 'type'>;

export type FobOwnership = Said<'standing'>['is'];
export type NoticeKind = Said<'notice'>['kind'];
export type Unreached = Extract<RelaySays, { type: 'unreached' }>['why'];
export type CarrierStep = Said<'step'>['step'];

/** The protocol of an opening: this one, or that of earlier relays or agents. */
export type Opened = 'carrier' | 'relay' | 'agent';

/**
 * The bytes that the service signs: this version, both nonces, and the origin under which the relay reached it.
 */
export function openingTranscript(
  relayNonce: Uint8Array,
  serviceNonce: Uint8Array,
  origin: string,
  opened: Opened = 'carrier',
): Uint8Array {
  const head = new TextEncoder().encode(`passfob ${opened} 1\0`);
  const tail = new TextEncoder().encode(origin);
  const out = new Uint8Array(head.length + relayNonce.length + serviceNonce.length + tail.length);
  out.set(head, 0);
  out.set(relayNonce, head.length);
  out.set(serviceNonce, head.length + relayNonce.length);
  out.set(tail, head.length + relayNonce.length + serviceNonce.length);
  return out;
}
