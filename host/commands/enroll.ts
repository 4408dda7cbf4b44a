import { KIND_TOTP } from '../../protocol/account.ts';
import { REFUSED_FULL, REFUSED_UNSUPPORTED } from '../../protocol/refusals.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { FobError, isOutcomeUnknown, refusalError } from '../errors.ts';
import type { KeptAccount } from '../inventory/accounts.ts';
import { setInSession } from './clock.ts';
import type { Context, FobAtHand } from './context.ts';
import { handOn } from './enrol-source.ts';
import type { ListedAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { settlePending } from './verify.ts';
import { accountOf, isSame, listedAs, writeAccount } from './write-account.ts';

export interface EnrollResult {
  readonly serial: string;
  readonly account: ListedAccount;
  /** Whether the fob's clock had to be set first: TOTP without a time shows nothing. */
  readonly isClockSet: boolean;
  /** Whether the account had been written already by a run that was interrupted before it could say so. */
  readonly isResumed: boolean;
  readonly warnings: readonly string[];
  /** The file that holds the key URI, where it was to be handed on. */
  readonly savedTo?: string;
}

export interface EnrollOptions {
  /** New file for the key URI. Without it the secret stays on the fob and, sealed, in the inventory. */
  readonly saveTo?: string | undefined;
}

/**
 * Writes an account to a fob and has the fob prove it.
 * @throws FobError `refused` (full, unsupported, too-long, out-of-range …), `verification-failed`, as `openOwnerSession`
 */
export async function enroll(
  context: Context,
  fob: FobAtHand,
  enrolment: Enrolment,
  { saveTo }: EnrollOptions = {},
): Promise<EnrollResult> {
  const pairing = await openOwnerSession(context, fob);
  const wanted = accountOf(enrolment);
  const settled = await settlePending(context, fob, pairing);
  const resumed = settled.find(account => isSame(account, wanted));
  const isClockSet = resumed === undefined && (await prepare(context, fob, enrolment));
  const unsave = saveTo === undefined ? undefined : handOn(saveTo, enrolment);
  let account: Pick<KeptAccount, 'settings'>;
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
    ...(saveTo !== undefined && { savedTo: saveTo }),
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
