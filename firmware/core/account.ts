import { KIND_OCRA, KIND_TOTP, writeSuite } from '@passfob/protocol/account';
import { Reader, Writer } from '@passfob/protocol/bytes';
import { TYPED_HEX_MAX } from './base/limits.ts';

/**
 * An account, as its record stores it. Content of the record: kind (2 bits), algorithm (2), length of a passcode (4);
 * for TOTP the period in seconds (2 bytes); for others the next counter (7 bytes), in OCRA after question, length,
 * inputs and step (4 bytes). The highest two bits of period or counter are the alphabet. Then issuer and label
 * follow, each after its length, then the key.
 */
export interface Account {
  readonly id: number;
  readonly kind: number;
  readonly algorithm: number;
  /** As on the wire: length, and the alphabet in the upper four bits. */
  readonly digits: number;
  readonly period: number;
  /** The counter in the record; the press journal may be ahead of it. */
  counter: number;
  /** As in `putOcra` of the wire, which says what the bits of `inputs` mean; only for an OCRA suite. */
  readonly question: number;
  readonly length: number;
  readonly inputs: number;
  readonly step: number;
  /** Views of the content, which no other object uses. */
  readonly issuer: Uint8Array;
  readonly label: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * Returns the account in a record's content. It is an object literal because a constructor looks up its object for
 * every field, and this runs at every step through the list.
 */
export function accountOf(id: number, content: Uint8Array): Account {
  const flags = content[0] as number;
  if (flags >> 6 !== KIND_TOTP) return countedAccount(id, content, flags);
  const high = content[1] as number;
  const label = 4 + (content[3] as number);
  const key = label + 1 + (content[label] as number);
  const account = {
    id,
    kind: KIND_TOTP,
    algorithm: (flags >> 4) & 3,
    digits: (flags & 15) | ((high >> 6) << 4),
    period: ((high & 63) << 8) | (content[2] as number),
    counter: 0,
    issuer: content.subarray(4, label),
    label: content.subarray(label + 1, key),
    key: content.subarray(key),
  };
  return account as Account;
}

/**
 * Whether the account is for approvals only, because no person enters its questions with a button: they have letters,
 * or are the digits of a digest. Decimal questions are entered, however long the suite lets them be.
 */
export function isForApprovals(account: Pick<AccountContent, 'kind' | 'question' | 'length'>): boolean {
  if (account.kind !== KIND_OCRA) return false;
  const format = account.question;
  return format === 1 || (format === 2 && (account.length as number) > TYPED_HEX_MAX);
}

/** One of HOTP or OCRA. */
function countedAccount(id: number, content: Uint8Array, flags: number): Account {
  const isOcra = flags >> 6 === KIND_OCRA;
  const from = isOcra ? 5 : 1;
  const label = from + 8 + (content[from + 7] as number);
  const key = label + 1 + (content[label] as number);
  const account = {
    id,
    kind: flags >> 6,
    algorithm: (flags >> 4) & 3,
    digits: (flags & 15) | (((content[from] as number) >> 6) << 4),
    period: 0,
    counter: counterAt(content, from),
    question: 0,
    length: 0,
    inputs: 0,
    step: 0,
    issuer: content.subarray(from + 8, label),
    label: content.subarray(label + 1, key),
    key: content.subarray(key),
  };
  if (isOcra) {
    account.question = content[1] as number;
    account.length = content[2] as number;
    account.inputs = content[3] as number;
    account.step = content[4] as number;
  }
  return account;
}

/** Returns seven bytes, without the two bits of the alphabet. */
function counterAt(content: Uint8Array, at: number): number {
  return ((content[at] as number) & 63) * 281474976710656 + new Reader(content, at + 1).number(6);
}

/** The parts of an account's record. */
export interface AccountContent {
  kind: number;
  algorithm: number;
  digits: number;
  period: number;
  counter: number;
  /** Only for OCRA. */
  question?: number;
  length?: number;
  inputs?: number;
  step?: number;
  issuer: Uint8Array;
  label: Uint8Array;
}

/** Returns the content of an account's record under the given names. */
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
