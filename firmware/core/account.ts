import { KIND_OCRA, KIND_TOTP, writeSuite } from '../../protocol/account.ts';
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
  /** Of an OCRA suite, as in `putOcra` of the wire; of no other. */
  declare question: number;
  declare length: number;
  declare inputs: number;
  declare step: number;
  readonly issuer: Uint8Array;
  readonly label: Uint8Array;
  readonly key: Uint8Array;

  constructor(id: number, content: Uint8Array) {
    const flags = content[0] as number;
    const kind = flags >> 6;
    const totp = kind === KIND_TOTP;
    const from = kind === KIND_OCRA ? 5 : 1;
    const high = content[from] as number;
    const names = totp ? 3 : from + 7;
    const label = names + 1 + (content[names] as number);
    const key = label + 1 + (content[label] as number);
    this.id = id;
    this.kind = kind;
    this.algorithm = (flags >> 4) & 3;
    this.digits = (flags & 15) | ((high >> 6) << 4);
    this.period = totp ? ((high & 63) << 8) | (content[2] as number) : 0;
    this.counter = totp ? 0 : counterAt(content, from);
    // Views: the content is nobody else's.
    this.issuer = content.subarray(names + 1, label);
    this.label = content.subarray(label + 1, key);
    this.key = content.subarray(key);
    if (from > 1) this.readSuite(content);
  }

  private readSuite(content: Uint8Array): void {
    this.question = content[1] as number;
    this.length = content[2] as number;
    this.inputs = content[3] as number;
    this.step = content[4] as number;
  }
}

/** Seven bytes, less the two bits of the alphabet. */
function counterAt(content: Uint8Array, at: number): number {
  return ((content[at] as number) & 63) * 281474976710656 + new Reader(content, at + 1).number(6);
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
  const out = new Writer(16 + issuer.length + label.length + key.length).byte(
    (account.kind << 6) | (account.algorithm << 4) | (account.digits & 15),
  );
  writeSuite(account, out);
  const at = out.at;
  if (account.kind === KIND_TOTP) out.number(account.period, 2);
  else out.number(account.counter, 7);
  (out.bytes[at] as number) |= (account.digits >> 4) << 6;
  return out.sized(issuer).sized(label).raw(key).done();
}
