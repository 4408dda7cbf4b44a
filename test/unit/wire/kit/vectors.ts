import { accountProof, storedKey } from '@passfob/protocol/account';
import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName } from '@passfob/protocol/commands';
import {
  encodeClear,
  encodeFrame,
  FRAME_REQUEST,
  FRAME_RESPONSE,
  FRAME_SEALED_REQUEST,
  FRAME_SEALED_RESPONSE,
} from '@passfob/protocol/frame';
import { Hmac } from '@passfob/protocol/hmac';
import { encodeFields, type Values } from '@passfob/protocol/layout';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { type OcraSuite, ocra, ocraSuiteText } from '@passfob/protocol/ocra';
import { hotp } from '@passfob/protocol/otp';
import { pairingCodeKey, pairingCodeOf } from '@passfob/protocol/pairing';
import { trivialPin } from '@passfob/protocol/pins';
import { type Algorithm, SHA256 } from '@passfob/protocol/primitives';
import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import {
  commonIv,
  FOB_ID,
  Handshake,
  handshakeContext,
  OWNER_ID,
  recordNonce,
  type Session,
  senderKey,
} from '@passfob/protocol/session';
import { hostPrimitives as primitives } from 'passfob/client/primitives';

/** Field values as JSON holds them: numbers, and bytes as hexadecimal digits. */
export type Fields = Readonly<Record<string, number | string>>;

export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

export function valuesOf(fields: Fields): Values {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? bytesOf(value) : value]),
  );
}

export function fieldsOf(values: Values): Fields {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value : hexOf(value)]),
  );
}

/** Inputs of a handshake; the key is the pairing key or the 16 characters of a pairing code. */
export interface HandshakeInput {
  readonly key: number;
  readonly sharedKey: string;
  readonly serial: string;
  readonly ownerNonce: string;
  readonly fobNonce: string;
  readonly counter: number;
}

function contextOf(input: HandshakeInput): Uint8Array {
  const { key, serial, ownerNonce, fobNonce, counter } = input;
  return handshakeContext(key, bytesOf(serial), bytesOf(ownerNonce), bytesOf(fobNonce), counter);
}

/** Returns both sides of the session that follows from a handshake. */
export function sessionsOf(input: HandshakeInput): { owner: Session; fob: Session } {
  const handshake = new Handshake(primitives, bytesOf(input.sharedKey), contextOf(input));
  return { owner: handshake.session(OWNER_ID), fob: handshake.session(FOB_ID) };
}

function handshakeOutput(input: HandshakeInput) {
  const context = contextOf(input);
  const shared = bytesOf(input.sharedKey);
  const handshake = new Handshake(primitives, shared, context);
  const master = new Hmac(primitives, SHA256, new Hmac(primitives, SHA256, context).mac([shared]));
  const iv = commonIv(master);
  const nonces = (id: number) => [0, 1, 65534].map(counter => hexOf(recordNonce(iv, id, counter)));
  return {
    context: hexOf(context),
    pseudorandomKey: hexOf(new Hmac(primitives, SHA256, context).mac([shared])),
    fobProof: hexOf(handshake.fobProof),
    ownerProof: hexOf(handshake.ownerProof),
    ownerKey: hexOf(senderKey(master, OWNER_ID)),
    fobKey: hexOf(senderKey(master, FOB_ID)),
    commonIv: hexOf(iv),
    ownerNoncesOfRecords0And1And65534: nonces(OWNER_ID),
    fobNoncesOfRecords0And1And65534: nonces(FOB_ID),
  };
}

/** One request and its answer: fields, or the name of a refusal. */
export interface ExchangeInput {
  readonly command: CommandName;
  readonly request: Fields;
  readonly response?: Fields;
  readonly refusal?: RefusalName;
}

function requestBody(out: Writer, { command, request }: ExchangeInput): Writer {
  const [code, , , layout] = COMMANDS[command];
  encodeFields(layout, valuesOf(request), out.number(code, 1));
  return out;
}

function responseBody(out: Writer, { command, response, refusal }: ExchangeInput): Writer {
  const [code, , , , layout] = COMMANDS[command];
  out.number(code, 1).number(refusal === undefined ? 0 : REFUSALS[refusal].code, 1);
  if (refusal === undefined) encodeFields(layout, valuesOf(response ?? {}), out);
  return out;
}

function fits(out: Writer): Writer {
  if (out.full) throw new Error('a vector whose values do not fit their layout');
  return out;
}

const started = (type: number) => new Writer(PAYLOAD_BYTES_MAX).number(type, 1);

function clearOutput(input: ExchangeInput & { readonly sequence: number }) {
  const request = fits(requestBody(started(FRAME_REQUEST).number(input.sequence, 1), input));
  const response = fits(responseBody(started(FRAME_RESPONSE).number(input.sequence, 1), input));
  return {
    request: hexOf(request.done()),
    requestFrame: encodeClear(primitives, request),
    response: hexOf(response.done()),
    responseFrame: encodeClear(primitives, response),
  };
}

function sealedOutput(
  input: ExchangeInput & { readonly handshake: HandshakeInput; readonly counter: number },
) {
  const { owner, fob } = sessionsOf(input.handshake);
  const request = fits(requestBody(started(FRAME_SEALED_REQUEST), input)).done();
  const response = fits(responseBody(started(FRAME_SEALED_RESPONSE), input)).done();
  return {
    request: hexOf(request),
    requestFrame: encodeFrame(primitives, owner.seal(input.counter, request)),
    response: hexOf(response),
    responseFrame: encodeFrame(primitives, fob.seal(input.counter, response)),
  };
}

/** Inputs of an account's proof. */
export interface ProofInput {
  readonly secret: string;
  readonly id: string;
  readonly nonce: string;
  readonly kind: number;
  readonly algorithm: number;
  readonly digits: number;
  readonly period: number;
  /** These four belong to OCRA alone. */
  readonly question?: number;
  readonly length?: number;
  readonly inputs?: number;
  readonly step?: number;
  readonly issuer: string;
  readonly label: string;
}

function proofOutput({ secret, id, nonce, issuer, label, ...numbers }: ProofInput) {
  const key = storedKey(primitives, numbers.algorithm as Algorithm, bytesOf(secret));
  const traits = { ...numbers, issuer: bytesOf(issuer), label: bytesOf(label) };
  const mac = accountProof(primitives, key, bytesOf(id), traits, bytesOf(nonce));
  return { storedKey: hexOf(key), mac: hexOf(mac) };
}

/** Inputs of an OCRA passcode: key, suite, and the question in ASCII. */
export interface OcraInput extends OcraSuite {
  readonly secret: string;
  readonly asked: string;
  readonly counter: number;
  readonly pin: string;
  readonly utc: number;
}

function ocraOutput(input: OcraInput) {
  const { secret, asked, counter, pin, utc } = input;
  const key = new Hmac(primitives, input.algorithm as Algorithm, bytesOf(secret));
  const code = ocra(primitives, key, input, bytesOf(asked), counter, bytesOf(pin), utc);
  return { suite: ocraSuiteText(input), code };
}

/** Inputs of a passcode over a counter. */
export interface PasscodeInput {
  readonly secret: string;
  readonly algorithm: Algorithm;
  readonly counter: number;
  readonly digits: number;
  readonly alphabet?: number;
}

function passcodeOutput({ secret, algorithm, counter, digits, alphabet }: PasscodeInput) {
  return { code: hotp(new Hmac(primitives, algorithm, bytesOf(secret)), counter, digits, alphabet ?? 0) };
}

/**
 * Computes the outputs from the inputs of a vector, by the kind of vector. Golden bytes and the vectors of
 * `docs/protocol.md` hold inputs and outputs, and are compared with this.
 */
export const OUTPUTS = {
  frames: (input: { readonly payload: string }) => ({
    frame: encodeFrame(primitives, bytesOf(input.payload)),
    crc: hexOf(new Writer(4).number(primitives.crc32(bytesOf(input.payload)), 4).done()),
  }),
  handshakes: handshakeOutput,
  clear: clearOutput,
  sealed: sealedOutput,
  pairing: (input: { readonly entropy: string }) => {
    const code = pairingCodeOf(bytesOf(input.entropy));
    return { code, sharedKey: hexOf(pairingCodeKey(code)) };
  },
  proofs: proofOutput,
  passcodes: passcodeOutput,
  ocra: ocraOutput,
  pins: (input: { readonly pin: string }) => ({ trivial: trivialPin(bytesOf(input.pin)) }),
} as const;

export type VectorKind = keyof typeof OUTPUTS;
export type VectorInput<K extends VectorKind> = Parameters<(typeof OUTPUTS)[K]>[0];
/** A vector: its input and its output. */
export interface Vector<K extends VectorKind = VectorKind> {
  readonly in: VectorInput<K>;
  readonly out: ReturnType<(typeof OUTPUTS)[K]>;
}

export const VECTOR_KINDS = Object.keys(OUTPUTS) as VectorKind[];

/** Returns the output for the input of a vector that was read from a file. */
export function outputOf(kind: VectorKind, input: unknown): unknown {
  return (OUTPUTS[kind] as (input: unknown) => unknown)(input);
}
