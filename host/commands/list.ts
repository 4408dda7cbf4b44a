import type { Response } from '@passfob/protocol/commands';
import { ocraSuiteText } from '@passfob/protocol/ocra';
import { type AlphabetName, digitsByte, passcodeForm } from '../enrol/alphabets.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { FobError, shellWord } from '../errors.ts';
import { accountIdText, suitesOf } from '../inventory/accounts.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { readAccounts } from '../owner/listing.ts';
import { accountName } from './account-name.ts';
import type { Context, FobAtHand } from './context.ts';
import { openOwnerSession } from './owner-session.ts';

/** The form of an account's passcodes. */
export interface AccountForm {
  readonly kind: 'hotp' | 'totp' | 'ocra';
  readonly algorithm: string;
  /** Characters of a passcode. */
  readonly digits: number;
  readonly alphabet: AlphabetName;
  /** TOTP only. */
  readonly periodSeconds?: number;
  /** HOTP, and OCRA with a counter in its suite: the counter of the next passcode. */
  readonly counter?: number;
  /** OCRA only (RFC 6287 §6), if this inventory enrolled the account. */
  readonly suite?: string;
}

/** An account as it is on the fob, without its secret. */
export interface AccountOnFob extends AccountForm {
  /** 8 hex digits. */
  readonly id: string;
  readonly health: 'good' | 'damaged';
  readonly issuer: string;
  readonly label: string;
}

export interface ListResult {
  readonly serial: string;
  readonly clock: 'unset' | 'trusted';
  /** Number of accounts that still fit. */
  readonly free: number;
  /** In the order of the fob's list. */
  readonly accounts: readonly AccountOnFob[];
}

/** Lists the accounts on a fob. @throws FobError `refused` (locked), as `openOwnerSession` */
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

/** Lists the accounts on a fob with their data from the inventory, inside an open session. */
export async function listAccounts(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  count?: number,
): Promise<AccountOnFob[]> {
  const present = count ?? (await fob.client.call('info', {}, { signal: context.signal })).accounts;
  const suites = await suitesOf(context.inventory, pairing.id);
  const accounts = await readAccounts(fob.client, present, context.signal);
  return accounts.map(account => described(account, suites.get(accountIdText(account.id))));
}

/** Indexed by the number on the wire; a damaged record may contain 0. */
const ALGORITHMS = ['unknown', 'SHA-1', 'SHA-256', 'SHA-512'];
const KINDS = [undefined, 'hotp', 'totp', 'ocra'] as const;

/** Returns the form of an account that is not yet on a fob. */
export function formOf({ digits, alphabet, suite, ...rest }: Enrolment): AccountForm {
  return formFrom({ ...rest, digits: digitsByte(alphabet, digits) }, suite && ocraSuiteText(suite));
}

/** @param suite of an OCRA account, if known */
export function described(account: Response<'list'>, suite?: string): AccountOnFob {
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
  // A counter can only be the first data input (RFC 6287 §6.3).
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

/** Decodes UTF-8; invalid bytes become replacement characters. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/**
 * Finds an account by its id, its label, its issuer or `issuer:label`, or else by its position from 1; without a name
 * returns the only one. `remove` takes no position: positions move up when an account goes. `code` changes no settings
 * of an account, so there a part of a name is enough, if it is of one account only.
 * @param command named by the next step
 * @throws FobError `bad-input`
 */
export function selectAccount(
  accounts: readonly AccountOnFob[],
  wanted?: string,
  command: 'code' | 'respond' | 'rename' | 'move' | 'remove' = 'code',
): AccountOnFob {
  const named = wanted === undefined ? accounts : accounts.filter(account => isMeant(account, wanted));
  const placed = named.length === 0 && command !== 'remove' ? atPosition(accounts, wanted) : named;
  const meant = placed.length === 0 && command === 'code' ? withPart(accounts, wanted) : placed;
  const [account] = meant;
  if (account && meant.length === 1) return account;
  const sentence = sentenceFor(accounts.length, meant.length);
  if (accounts.length === 0)
    throw new FobError('bad-input', { sentence, next: 'Enrol one first: passfob enroll' });
  const lines = (meant.length > 1 ? meant : accounts).map(one => commandFor(one, accounts, command));
  throw new FobError(
    'bad-input',
    lines.length === 1
      ? { sentence, next: `Run: ${lines.join()}` }
      : { sentence, lines, next: 'Run the line of the account that you mean.' },
  );
}

function atPosition(accounts: readonly AccountOnFob[], wanted = ''): readonly AccountOnFob[] {
  const account = /^[1-9]\d{0,5}$/.test(wanted) ? accounts[Number(wanted) - 1] : undefined;
  return account === undefined ? [] : [account];
}

function withPart(accounts: readonly AccountOnFob[], part = ''): readonly AccountOnFob[] {
  if (part === '') return [];
  return accounts.filter(account =>
    [account.issuer, account.label].some(name => name.toLowerCase().includes(part.toLowerCase())),
  );
}

/** Returns the command for an account, by a word that means no other, and the account's name and kind. */
function commandFor(account: AccountOnFob, accounts: readonly AccountOnFob[], command: string): string {
  const { id, issuer, label } = account;
  const isOnly = (word: string) =>
    TYPED.test(word) && accounts.filter(one => isMeant(one, word)).length === 1;
  const word = [issuer, label, `${issuer}:${label}`].find(isOnly) ?? id;
  const rest = command === 'code' || command === 'remove' ? '' : ' …';
  return `passfob ${command} ${shellWord(word)}${rest} (${accountName(account)}, ${account.kind.toUpperCase()})`;
}

/** Names that a person can type and a terminal shows as they are: none that begins like an option. */
const TYPED = /^[\p{Script=Latin}\d][\p{Script=Latin}\d@._:+ -]*$/u;

function sentenceFor(present: number, meant: number): string {
  if (present === 0) return 'The fob holds no account.';
  return meant === 0
    ? 'The fob holds no account of this name.'
    : 'The fob holds several accounts that this may mean.';
}

function isMeant(account: AccountOnFob, wanted: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/\s*:\s*/, ':');
  const { id, issuer, label } = account;
  return [id, issuer, label, `${issuer}:${label}`].some(name => name !== '' && plain(name) === plain(wanted));
}

/** Returns the id of an account as bytes for the wire. */
export function idBytes({ id }: Pick<AccountOnFob, 'id'>): Uint8Array {
  return new Uint8Array(Buffer.from(id, 'hex'));
}
