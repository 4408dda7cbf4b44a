import { KIND_TOTP, type OwnedAccount } from '@passfob/protocol/account';
import { REFUSED_FULL, REFUSED_UNSUPPORTED } from '@passfob/protocol/refusals';
import type { Enrolment } from '../enrol/enrolment.ts';
import { withFobRandomness } from '../enrol/mixed-seed.ts';
import { FobError, isOutcomeUnknown, refusalError } from '../errors.ts';
import { tokenOf } from '../formats/write/token.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { setInSession } from './clock.ts';
import type { Context, FobAtHand } from './context.ts';
import type { ListedAccount } from './list.ts';
import { handOn, type OutFile } from './out-file.ts';
import { openOwnerSession } from './owner-session.ts';
import { settlePending } from './verify.ts';
import { isSame, listedAs, writeAccount } from './write-account.ts';

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
  const enrolment = isFresh ? withFobRandomness(given, fob.client.sessionChance) : given;
  const settled = await settlePending(context, fob, pairing);
  const resumed = settled.find(account => isSame(account, enrolment));
  return enrollInSession(context, fob, pairing, enrolment, { saveTo, resumed });
}

export interface SessionOptions extends Pick<EnrollOptions, 'saveTo'> {
  /** The account that an interrupted run had written already, and the fob has proved. */
  readonly resumed?: OwnedAccount | undefined;
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
  const isClockSet = resumed === undefined && (await prepare(context, fob, enrolment));
  const token = tokenOf(fob.hello.serial, fob.hello.board, enrolment);
  const unsave = saveTo === undefined ? undefined : await handOn(context, saveTo, [token]);
  let account: OwnedAccount;
  try {
    account = resumed ?? (await writeAccount(context, fob, pairing, enrolment));
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

/** What would be refused is refused before anything changes. Returns whether the clock was set. */
export async function prepare(context: Context, fob: FobAtHand, enrolment: Enrolment): Promise<boolean> {
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
