import { KIND_HOTP } from '../../protocol/account.ts';
import { Reader, Writer } from '../../protocol/bytes.ts';
import { RECORD_COUNTER_BYTES } from './limits.ts';

/**
 * An account as its record holds it. Content of the record: kind (2 bits), algorithm (2), digits (4); period in
 * seconds (2 bytes) for TOTP or the next counter (7 bytes) for HOTP; issuer and label, each behind its length;
 * the key.
 */
export class Account {
  readonly id: number;
  readonly kind: number;
  readonly algorithm: number;
  readonly digits: number;
  readonly alphabet: number;
  readonly question: number;
  readonly length: number;
  readonly inputs: number;
  readonly step: number;
  readonly period: number;
  readonly counter: number;
  readonly issuer: Uint8Array;
  readonly label: Uint8Array;
  readonly key: Uint8Array;

  constructor(id: number, content: Uint8Array) {
    const from = new Reader(content, 1);
    const flags = content[0] as number;
    this.id = id;
    this.kind = flags >> 6;
    this.algorithm = (flags >> 4) & 3;
    this.digits = flags & 15;
    this.alphabet = 0;
    this.question = 0;
    this.length = 8;
    this.inputs = 0;
    this.step = 0;
    const hotp = this.kind === KIND_HOTP;
    this.period = hotp ? 0 : from.number(2);
    this.counter = hotp ? from.number(RECORD_COUNTER_BYTES) : 0;
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
  issuer: Uint8Array;
  label: Uint8Array;
}

/**
 * Content of an account's record.
 * @param counter the next counter, which may differ from the account's
 */
export function accountContent(account: AccountContent, counter: number, key: Uint8Array): Uint8Array {
  const hotp = account.kind === KIND_HOTP;
  const issuer = account.issuer;
  const label = account.label;
  return new Writer(12 + issuer.length + label.length + key.length)
    .number((account.kind << 6) | (account.algorithm << 4) | account.digits, 1)
    .number(hotp ? counter : account.period, hotp ? RECORD_COUNTER_BYTES : 2)
    .number(issuer.length, 1)
    .raw(issuer)
    .number(label.length, 1)
    .raw(label)
    .raw(key)
    .done();
}
