import { type AccountSettings, KIND_TOTP, storedKey } from '../../protocol/account.ts';
import { equal } from '../../protocol/hmac.ts';
import { ACCOUNT_ID_BYTES } from '../../protocol/limits.ts';
import { type OcraSuite, ocraSuiteText } from '../../protocol/ocra.ts';
import { REFUSED_ACCOUNT_EXISTS, REFUSED_FULL, REFUSED_UNSUPPORTED } from '../../protocol/refusals.ts';
import { hostPrimitives } from '../client/primitives.ts';
import { digitsByte } from '../enrol/alphabets.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { withFobChance } from '../enrol/mixed-seed.ts';
import { FobError, isOutcomeUnknown, isRefusal, refusalError } from '../errors.ts';
import { tokenOf } from '../formats/write/token.ts';
import { addPendingAccount, confirmAccount, dropAccount, type KeptAccount } from '../inventory/accounts.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { ID_ATTEMPTS_MAX } from '../limits.ts';
import { setInSession } from './clock.ts';
import type { Context, FobAtHand } from './context.ts';
import { accountName, described, type ListedAccount } from './list.ts';
import { handOn, type OutFile } from './out-file.ts';
import { openOwnerSession } from './owner-session.ts';
import { isProved } from './prove.ts';
import { settlePending } from './verify.ts';

export interface EnrollResult {
  readonly serial: string;
  readonly account: ListedAccount;
  /** Whether the fob's clock had to be set first: TOTP without a time shows nothing. */
  readonly isClockSet: boolean;
  /** Whether the account had been written already by a run that was interrupted before it could say so. */
  readonly isResumed: boolean;
  readonly warnings: readonly string[];
  /** The file that holds the secret, where it was to be handed on. */
  readonly savedTo?: string;
}

export interface EnrollOptions {
  /** New file that hands the secret on. Without it, it stays on the fob and, sealed, in the inventory. */
  readonly saveTo?: OutFile | undefined;
  /** Whether the secret was just drawn, and is to be mixed with chance of the fob. */
  readonly isFresh?: boolean | undefined;
}

/**
 * Writes an account to a fob and has the fob prove it.
 * @throws FobError `refused` (full, unsupported, too-long, out-of-range …), `verification-failed`, as `openOwnerSession`
 */
export async function enroll(
  context: Context,
  fob: FobAtHand,
  given: Enrolment,
  { saveTo, isFresh = false }: EnrollOptions = {},
): Promise<EnrollResult> {
  const pairing = await openOwnerSession(context, fob);
  const enrolment = isFresh ? withFobChance(given, fob.client.sessionChance) : given;
  const wanted = accountOf(enrolment);
  const settled = await settlePending(context, fob, pairing);
  const resumed = settled.find(account => isSame(account, wanted));
  return enrollInSession(context, fob, pairing, enrolment, { saveTo, resumed });
}

export interface SessionOptions extends Pick<EnrollOptions, 'saveTo'> {
  /** The account that an interrupted run had written already, and the fob has proved. */
  readonly resumed?: KeptAccount | undefined;
}

/**
 * The same inside an open session in which interrupted enrolments are settled, for those who enrol several.
 * @throws FobError as `enroll`
 */
export async function enrollInSession(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  enrolment: Enrolment,
  { saveTo, resumed }: SessionOptions = {},
): Promise<EnrollResult> {
  const wanted = accountOf(enrolment);
  const isClockSet = resumed === undefined && (await prepare(context, fob, enrolment));
  const token = tokenOf(fob.hello.serial, fob.hello.board, enrolment);
  const unsave = saveTo === undefined ? undefined : await handOn(context, saveTo, [token]);
  let account: Pick<KeptAccount, 'settings'>;
  try {
    account = resumed ?? (await write(context, fob, pairing, wanted, enrolment));
  } catch (error) {
    // The fob may hold the account: then the file stays the one place where its secret can be read.
    if (!isOutcomeUnknown(error)) unsave?.();
    throw error;
  }
  const { settings } = account;
  return {
    serial: fob.hello.serial,
    account: listedAs(settings, enrolment),
    isClockSet,
    isResumed: resumed !== undefined,
    warnings: enrolment.warnings,
    ...(saveTo !== undefined && { savedTo: saveTo.path }),
  };
}

/** Those kept accounts that are this very one. What it is called and what it holds must agree. */
export function keptAs(kept: readonly KeptAccount[], enrolment: Enrolment): KeptAccount[] {
  const wanted = accountOf(enrolment);
  return kept.filter(account => isSame(account, wanted));
}

/** Everything but the id, which is drawn for each attempt. */
type Wanted = Pick<KeptAccount, 'key'> & { readonly settings: Omit<AccountSettings, 'id'> };

function accountOf(enrolment: Enrolment): Wanted {
  const { kind, algorithm, digits, alphabet, issuer, label, secret, suite } = enrolment;
  const text = new TextEncoder();
  return {
    settings: {
      kind,
      algorithm,
      digits: digitsByte(alphabet, digits),
      period: kind === KIND_TOTP ? enrolment.period : 0,
      ...(suite !== undefined && traitsOf(suite)),
      issuer: text.encode(issuer),
      label: text.encode(label),
    },
    key: storedKey(hostPrimitives, algorithm, secret),
  };
}

function traitsOf({ question, length, inputs, step }: OcraSuite) {
  return { question, length, inputs, step };
}

const NUMBERS = ['kind', 'algorithm', 'digits', 'period', 'question', 'length', 'inputs', 'step'] as const;

function isSame(kept: KeptAccount, wanted: Wanted): boolean {
  const { settings } = wanted;
  return (
    NUMBERS.every(name => kept.settings[name] === settings[name]) &&
    equal(kept.settings.issuer, settings.issuer) &&
    equal(kept.settings.label, settings.label) &&
    equal(kept.key, wanted.key)
  );
}

function listedAs(settings: AccountSettings, { counter, suite }: Enrolment): ListedAccount {
  const text = suite === undefined ? undefined : ocraSuiteText(suite);
  return described({ ...settings, counter, health: 0 }, text);
}

/** What would be refused is refused before anything changes. Returns whether the clock was set. */
async function prepare(context: Context, fob: FobAtHand, enrolment: Enrolment): Promise<boolean> {
  const { kind, algorithm, alphabet, suite } = enrolment;
  // Alphabets came with the version that brought OCRA.
  const isNew = suite !== undefined || alphabet !== 'decimal';
  if (isNew && !fob.client.knows('putOcra'))
    throw new FobError('old-firmware', { subject: fob.hello.serial });
  if (((fob.hello.algorithms >> algorithm) & 1) === 0) throw refusalError(REFUSED_UNSUPPORTED);
  const info = await fob.client.call('info', {}, { signal: context.signal });
  if (info.freeRecords === 0) throw refusalError(REFUSED_FULL);
  const needsTime = kind === KIND_TOTP || (suite !== undefined && suite.inputs >> 3 !== 0);
  if (!needsTime || info.clock !== 0) return false;
  await setInSession(context, fob);
  return true;
}

/** Kept before the fob hears it, so that no fob holds an account whose key is lost; active once it is proved. */
async function write(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  wanted: Wanted,
  enrolment: Enrolment,
): Promise<Pick<KeptAccount, 'settings' | 'key'>> {
  const { inventory, signal } = context;
  const { serial } = fob.hello;
  for (let attempts = 0; attempts < ID_ATTEMPTS_MAX; attempts++) {
    const account = { key: wanted.key, settings: { ...wanted.settings, id: randomId(context) } };
    const { settings, key } = account;
    await addPendingAccount(inventory, pairing.id, settings, key, context.now());
    try {
      const { counter, suite } = enrolment;
      if (suite === undefined)
        await fob.client.call('put', { ...settings, counter, secret: key }, { signal });
      else await fob.client.call('putOcra', { ...settings, ...suite, counter, secret: key }, { signal });
    } catch (error) {
      if (!isOutcomeUnknown(error)) await dropAccount(inventory, pairing.id, settings.id);
      if (isRefusal(error, 'account-exists')) continue;
      throw error;
    }
    const name = accountName(listedAs(settings, enrolment));
    context.report({ event: 'account-written', serial, account: name });
    if (!(await isProved(context, fob, account))) await undo(context, fob, pairing, settings.id);
    await confirmAccount(inventory, pairing.id, settings.id);
    context.report({ event: 'account-proved', serial, account: name });
    return account;
  }
  throw refusalError(REFUSED_ACCOUNT_EXISTS);
}

/** The fob holds something else than what it was given: better nothing than a token that nobody can trust. */
async function undo(context: Context, fob: FobAtHand, pairing: Pairing, id: Uint8Array): Promise<never> {
  await fob.client.call('remove', { id }, { signal: context.signal });
  await dropAccount(context.inventory, pairing.id, id);
  throw new FobError('verification-failed', {
    sentence: `The fob ${fob.hello.serial} did not prove the account that was written; it was removed again.`,
  });
}

/** Ids whose first byte is 0 are left to the fob's own records. */
function randomId({ random }: Context): Uint8Array {
  for (;;) {
    const id = random(ACCOUNT_ID_BYTES);
    if (id[0] !== 0) return id;
  }
}
