import { KIND_OCRA, KIND_TOTP } from '../../protocol/account.ts';
import { Reader, Writer } from '../../protocol/bytes.ts';

/**
 * An account as its record holds it. Content of the record: kind (2 bits), algorithm (2), length of a passcode (4);
 * for TOTP the period in seconds (2 bytes), otherwise, for OCRA behind question, length, inputs and step (4 bytes),
 * the next counter (7 bytes); the highest two bits of period or counter are the alphabet; then issuer and label, each
 * behind its length; then the key.
 */
export class Account {
  readonly id: number;
  readonly kind: number;
  readonly algorithm: number;
  /** As on the wire: length, and the alphabet in the upper four bits. */
  readonly digits: number;
  readonly period: number;
  /** What the record holds; the press journal may be ahead of it. */
  counter: number;
  /** Of an OCRA suite, as in `putOcra` of the wire. */
  readonly question: number;
  readonly length: number;
  readonly inputs: number;
  readonly step: number;
  readonly issuer: Uint8Array;
  readonly label: Uint8Array;
  readonly key: Uint8Array;

  constructor(id: number, content: Uint8Array) {
    const from = new Reader(content, 1);
    const flags = content[0] as number;
    const kind = flags >> 6;
    const ocra = kind === KIND_OCRA;
    this.id = id;
    this.kind = kind;
    this.algorithm = (flags >> 4) & 3;
    this.question = ocra ? from.number(1) : 0;
    this.length = ocra ? from.number(1) : 0;
    this.inputs = ocra ? from.number(1) : 0;
    this.step = ocra ? from.number(1) : 0;
    const high = from.number(1);
    const low = from.number(kind === KIND_TOTP ? 1 : 6);
    this.digits = (flags & 15) | ((high >> 6) << 4);
    this.period = kind === KIND_TOTP ? (high & 63) * 256 + low : 0;
    this.counter = kind === KIND_TOTP ? 0 : (high & 63) * 281474976710656 + low;
    this.issuer = from.raw(from.number(1));
    this.label = from.raw(from.number(1));
    this.key = from.raw(content.length - from.at);
  }
}

/** What an account's record is made from. */
export interface AccountContent {
  kind: number;
  algorithm: number;
  digits: number;
  period: number;
  counter: number;
  /** Of OCRA only. */
  question?: number;
  length?: number;
  inputs?: number;
  step?: number;
  issuer: Uint8Array;
  label: Uint8Array;
}

/** Content of an account's record under the names given. */
export function accountContent(
  account: AccountContent,
  issuer: Uint8Array,
  label: Uint8Array,
  key: Uint8Array,
): Uint8Array {
  const out = new Writer(16 + issuer.length + label.length + key.length).number(
    (account.kind << 6) | (account.algorithm << 4) | (account.digits & 15),
    1,
  );
  if (account.kind === KIND_OCRA) {
    out
      .number(account.question as number, 1)
      .number(account.length as number, 1)
      .number(account.inputs as number, 1)
      .number(account.step as number, 1);
  }
  const at = out.at;
  if (account.kind === KIND_TOTP) out.number(account.period, 2);
  else out.number(account.counter, 7);
  out.bytes[at] = (out.bytes[at] as number) | ((account.digits >> 4) << 6);
  return out.number(issuer.length, 1).raw(issuer).number(label.length, 1).raw(label).raw(key).done();
}
