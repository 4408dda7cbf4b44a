import type { Response } from '@passfob/protocol/commands';
import { ocraSuiteText } from '@passfob/protocol/ocra';
import { type AlphabetName, digitsByte, passcodeForm } from '../enrol/alphabets.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { FobError } from '../errors.ts';
import { accountIdText, suitesOf } from '../inventory/accounts.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { readAccounts } from '../owner/listing.ts';
import type { Context, FobAtHand } from './context.ts';
import { openOwnerSession } from './owner-session.ts';

/** What passcodes an account makes. */
export interface AccountForm {
  readonly kind: 'hotp' | 'totp' | 'ocra';
  readonly algorithm: string;
  /** Characters of a passcode. */
  readonly digits: number;
  readonly alphabet: AlphabetName;
  /** TOTP only. */
  readonly periodSeconds?: number;
  /** HOTP, and OCRA by a suite that counts: the counter of the next passcode. */
  readonly counter?: number;
  /** OCRA only (RFC 6287 §6), where this inventory enrolled the account. */
  readonly suite?: string;
}

/** An account as it is on the fob, without its secret. */
export interface ListedAccount extends AccountForm {
  /** 8 hex digits. */
  readonly id: string;
  readonly health: 'good' | 'damaged';
  readonly issuer: string;
  readonly label: string;
}

export interface ListResult {
  readonly serial: string;
  readonly clock: 'unset' | 'trusted';
  /** Accounts that still fit. */
  readonly free: number;
  /** In the order in which the fob shows them. */
  readonly accounts: readonly ListedAccount[];
}

/** The accounts on a fob. @throws FobError `refused` (locked), as `openOwnerSession` */
export async function list(context: Context, fob: FobAtHand): Promise<ListResult> {
  const pairing = await openOwnerSession(context, fob);
  const info = await fob.client.call('info', {}, context);
  return {
    serial: fob.hello.serial,
    clock: info.clock === 0 ? 'unset' : 'trusted',
    free: info.freeRecords,
    accounts: await listAccounts(context, fob, pairing, info.accounts),
  };
}

/** The accounts on a fob with what the inventory knows of them, inside an open session. */
export async function listAccounts(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  count?: number,
): Promise<ListedAccount[]> {
  const present = count ?? (await fob.client.call('info', {}, { signal: context.signal })).accounts;
  const suites = await suitesOf(context.inventory, pairing.id);
  const accounts = await readAccounts(fob.client, present, context.signal);
  return accounts.map(account => described(account, suites.get(accountIdText(account.id))));
}

/** By number on the wire; 0 is what a damaged record may say. */
const ALGORITHMS = ['unknown', 'SHA-1', 'SHA-256', 'SHA-512'];
const KINDS = [undefined, 'hotp', 'totp', 'ocra'] as const;

/** The form of an account that no fob holds yet. */
export function formOf({ digits, alphabet, suite, ...rest }: Enrolment): AccountForm {
  return formFrom({ ...rest, digits: digitsByte(alphabet, digits) }, suite && ocraSuiteText(suite));
}

/** @param suite of an OCRA account, where it is known */
export function described(account: Response<'list'>, suite?: string): ListedAccount {
  return {
    id: accountIdText(account.id),
    health: account.health === 0 ? 'good' : 'damaged',
    ...formFrom(account, suite),
    issuer: utf8(account.issuer),
    label: utf8(account.label),
  };
}

function formFrom(
  account: Pick<Response<'list'>, 'kind' | 'algorithm' | 'digits' | 'period' | 'counter'>,
  suite: string | undefined,
): AccountForm {
  const kind = KINDS[account.kind] ?? 'totp';
  const { alphabet, length } = passcodeForm(account.digits);
  // The first data input is the counter, or there is none (RFC 6287 §6.3).
  const counts = kind === 'hotp' || (kind === 'ocra' && /:C-/i.test(suite ?? ''));
  return {
    kind,
    algorithm: ALGORITHMS[account.algorithm] ?? 'unknown',
    digits: length,
    alphabet,
    ...(kind === 'totp' && { periodSeconds: account.period }),
    ...(counts && { counter: account.counter }),
    ...(suite !== undefined && { suite }),
  };
}

/** UTF-8 as text; broken bytes show as replacement characters. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** `issuer: label`, or what there is of it, for messages. */
export function accountName({ issuer, label, id }: Pick<ListedAccount, 'issuer' | 'label' | 'id'>): string {
  return [issuer, label].filter(part => part !== '').join(': ') || id;
}

/**
 * The account that a person means by its id, its label, its issuer or `issuer:label`; the only one without a word.
 * @throws FobError `bad-input`
 */
export function selectAccount(accounts: readonly ListedAccount[], wanted?: string): ListedAccount {
  const meant = wanted === undefined ? accounts : accounts.filter(account => isMeant(account, wanted));
  const [account] = meant;
  if (account && meant.length === 1) return account;
  const names = (meant.length > 1 ? meant : accounts)
    .map(one => `${accountName(one)} (${one.id})`)
    .join('; ');
  throw new FobError('bad-input', {
    sentence: sentenceFor(accounts.length, meant.length),
    next: accounts.length === 0 ? 'Enrol one first: passfob enroll' : `Name one of: ${names}`,
  });
}

function sentenceFor(present: number, meant: number): string {
  if (present === 0) return 'The fob holds no account.';
  return meant === 0
    ? 'The fob holds no account of this name.'
    : 'The fob holds several accounts that this may mean.';
}

function isMeant(account: ListedAccount, wanted: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/\s*:\s*/, ':');
  const { id, issuer, label } = account;
  return [id, issuer, label, `${issuer}:${label}`].some(name => name !== '' && plain(name) === plain(wanted));
}

/** The id of an account as the wire has it. */
export function idBytes({ id }: Pick<ListedAccount, 'id'>): Uint8Array {
  return new Uint8Array(Buffer.from(id, 'hex'));
}
