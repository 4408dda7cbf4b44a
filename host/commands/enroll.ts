import { KIND_TOTP, type OwnedAccount } from '@passfob/protocol/account';
import { REFUSED_FULL, REFUSED_UNSUPPORTED } from '@passfob/protocol/refusals';
import type { Enrolment } from '../enrol/enrolment.ts';
import { withFobRandomness } from '../enrol/mixed-seed.ts';
import { FobError, isOutcomeUnknown, refusalError } from '../errors.ts';
import { tokenOf } from '../formats/write/token.ts';
import { namesakesOf } from '../inventory/accounts.ts';
import { addHistory } from '../inventory/history.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { namesakeText } from './account-name.ts';
import { setInSession } from './clock.ts';
import type { Context, FobAtHand } from './context.ts';
import type { AccountOnFob } from './list.ts';
import { exportDetail, handOn, type OutFile } from './out-file.ts';
import { openOwnerSession } from './owner-session.ts';
import { settlePending } from './verify.ts';
import { isSame, listedAs, writeAccount } from './write-account.ts';

export interface EnrollResult {
  readonly serial: string;
  readonly account: AccountOnFob;
  /** Whether the fob's clock had to be set first: without the time TOTP shows no passcode. */
  readonly isClockSet: boolean;
  /** Whether an interrupted run had already written the account without reporting it. */
  readonly isResumed: boolean;
  readonly warnings: readonly string[];
  /** The file with the secret, if it was to be handed on. */
  readonly savedTo?: string;
}

export interface EnrollOptions {
  /** New file that hands on the secret. Without it the secret stays on the fob and, encrypted, in the inventory. */
  readonly saveTo?: OutFile | undefined;
  /** Whether the secret was just generated, and must be mixed with the fob's randomness. */
  readonly isFresh?: boolean | undefined;
  /**
   * Called before any change if the fob holds accounts with these names. Without it the account is written, and the
   * result has a warning.
   * @param ids of those accounts, 8 hex digits each
   * @throws FobError to write nothing
   */
  readonly confirmNamesake?: ((ids: readonly string[]) => Promise<void>) | undefined;
}

/**
 * Writes an account to a fob and lets the fob prove it.
 * @throws FobError `refused` (full, unsupported, too-long, out-of-range …), `verification-failed`, as
 * `openOwnerSession`
 */
export async function enroll(
  context: Context,
  fob: FobAtHand,
  given: Enrolment,
  { saveTo, isFresh = false, confirmNamesake }: EnrollOptions = {},
): Promise<EnrollResult> {
  const pairing = await openOwnerSession(context, fob);
  const enrolment = isFresh ? withFobRandomness(given, fob.client.sessionChance) : given;
  const settled = await settlePending(context, fob, pairing);
  const resumed = settled.find(account => isSame(account, enrolment));
  return enrollInSession(context, fob, pairing, enrolment, { saveTo, resumed, confirmNamesake });
}

export interface SessionOptions extends Pick<EnrollOptions, 'saveTo' | 'confirmNamesake'> {
  /** The account that an interrupted run had already written, and that the fob has proved. */
  readonly resumed?: OwnedAccount | undefined;
}

/**
 * Like `enroll`, for several accounts in one open session whose interrupted enrolments are settled.
 * @throws FobError as `enroll`
 */
export async function enrollInSession(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  enrolment: Enrolment,
  { saveTo, resumed, confirmNamesake }: SessionOptions = {},
): Promise<EnrollResult> {
  const namesakes = resumed === undefined ? await namesakesOf(context.inventory, pairing.id, enrolment) : [];
  if (namesakes.length > 0) await confirmNamesake?.(namesakes);
  const isClockSet = resumed === undefined && (await prepare(context, fob, enrolment));
  const token = tokenOf(fob.hello.serial, fob.hello.board, enrolment);
  const unsave = saveTo === undefined ? undefined : await handOn(context, saveTo, [token]);
  const kept = async (within: Inventory) => {
    if (saveTo === undefined) return;
    const detail = exportDetail(enrolment, saveTo.format, context.operator);
    await addHistory(within, fob.hello.serial, 'exported', context.now(), detail);
  };
  let account: OwnedAccount;
  try {
    if (resumed !== undefined) await kept(context.inventory);
    account = resumed ?? (await writeAccount(context, fob, pairing, enrolment, { kept }));
  } catch (error) {
    // If the fob may hold the account, the file stays: it is the only place where the secret can be read.
    if (!isOutcomeUnknown(error)) unsave?.();
    throw error;
  }
  const { settings } = account;
  return {
    serial: fob.hello.serial,
    account: listedAs(settings, enrolment),
    isClockSet,
    isResumed: resumed !== undefined,
    warnings: [...enrolment.warnings, ...(namesakes.length > 0 ? [namesakeText(namesakes)] : [])],
    ...(saveTo !== undefined && { savedTo: saveTo.path }),
  };
}

/** Checks by the hello of a fob whether it can hold an account. @throws FobError `old-firmware`, `refused` */
export function checkSupport({ client, hello }: FobAtHand, { algorithm, alphabet, suite }: Enrolment): void {
  // Alphabets need the same protocol version as OCRA.
  const isNew = suite !== undefined || alphabet !== 'decimal';
  if (isNew && !client.knows('putOcra')) throw new FobError('old-firmware', { subject: hello.serial });
  if (((hello.algorithms >> algorithm) & 1) === 0) throw refusalError(REFUSED_UNSUPPORTED);
}

/** Checks for refusals before anything changes, and sets an unset clock if needed. Returns whether it was set. */
export async function prepare(context: Context, fob: FobAtHand, enrolment: Enrolment): Promise<boolean> {
  const { kind, suite } = enrolment;
  checkSupport(fob, enrolment);
  const info = await fob.client.call('info', {}, { signal: context.signal });
  if (info.freeRecords === 0) throw refusalError(REFUSED_FULL);
  const needsTime = kind === KIND_TOTP || (suite !== undefined && suite.inputs >> 3 !== 0);
  if (!needsTime || info.clock !== 0) return false;
  await setInSession(context, fob);
  return true;
}
