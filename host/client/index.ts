/**
 * Exports of `passfob/client`: everything an owner needs to talk to a fob, in Node and in a browser.
 * @module client
 */
export type { Request, Response } from '@passfob/protocol/commands';
export { readPairingCode } from '@passfob/protocol/pairing';
export { type ErrorKind, FobError, isFobError, isOutcomeUnknown, isRefusal } from '../errors.ts';
export type { Transport } from '../transports/transport.ts';
export { type CallOptions, Client, type ClientOptions, connect } from './client.ts';
export { readSerial, serialText } from './fob-serial.ts';
export { pairingCode, pairingKey, type SessionKey } from './handshake.ts';
export type { FobState, Hello } from './hello.ts';
export type { RetryPolicy } from './link.ts';
export type { ClearCommand, SealedCommand } from './messages.ts';
export { hostPrimitives } from './primitives.ts';
