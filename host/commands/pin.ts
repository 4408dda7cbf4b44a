import { FobError } from '../errors.ts';
import { addHistory } from '../inventory/history.ts';
import { canType } from '../owner/boards.ts';
import { resetPin as resetFobPin } from '../owner/recovery.ts';
import { type FobStatus, type Policy, policyRequest } from '../owner/status.ts';
import type { Context, FobAtHand } from './context.ts';
import { leaveRecoveryKey, recoveryKeysOf } from './escrow.ts';
import { readStatus } from './fob-status.ts';
import { openOwnerSession } from './owner-session.ts';
import { withPress } from './press.ts';

/** No command here sees a PIN: it is chosen, entered and changed only on the fob. */
export interface PolicyResult {
  readonly serial: string;
  readonly policy: Policy;
  /** Whether the board has a keyboard for what the policy says about typing. */
  readonly canType: boolean;
  /** Whether this command set it. */
  readonly isSet: boolean;
  readonly pin: FobStatus['pin'];
  /** The fob's warning about rolled-back memory before the change; setting a policy ends that warning. */
  readonly wentBack: FobStatus['wentBack'];
}

/**
 * Shows a fob's PIN policy, or changes the given parts of it.
 * @param changes validated by the caller; the fob refuses values out of range
 * @throws FobError `old-firmware`, `refused` (out-of-range, storage-failed …), as `openOwnerSession`
 */
export async function pinPolicy(
  context: Context,
  fob: FobAtHand,
  changes: Partial<Policy>,
): Promise<PolicyResult> {
  const { signal } = context;
  const { serial, board } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const before = await readStatus(context, fob, pairing);
  const { wentBack } = before;
  if (Object.keys(changes).length === 0) {
    return {
      serial,
      policy: before.policy,
      canType: canType(board),
      isSet: false,
      pin: before.pin,
      wentBack,
    };
  }
  await fob.client.call('setPolicy', policyRequest({ ...before.policy, ...changes }), { signal });
  await addHistory(context.inventory, serial, 'policy-set', context.now());
  const { policy, pin } = await readStatus(context, fob, pairing);
  return { serial, policy, canType: canType(board), isSet: true, pin, wentBack };
}

export interface PinResult {
  readonly serial: string;
}

/**
 * Makes the fob ask for a new PIN when it is unlocked the next time.
 * @throws FobError `old-firmware`, `bad-input` for a fob that wants no PIN, `refused`, as `openOwnerSession`
 */
export async function requirePin(context: Context, fob: FobAtHand): Promise<PinResult> {
  const pairing = await openOwnerSession(context, fob);
  const { policy } = await readStatus(context, fob, pairing);
  if (policy.pinDigits === 0) {
    throw new FobError('bad-input', {
      sentence: `The fob ${fob.hello.serial} asks for no PIN, so none can be chosen on it.`,
      next: 'Run: passfob pin policy --digits 6',
    });
  }
  await fob.client.call('requirePin', {}, { signal: context.signal });
  await addHistory(context.inventory, fob.hello.serial, 'pin-required', context.now());
  return { serial: fob.hello.serial };
}

export interface PinResetResult extends PinResult {
  /** Whether the fob had a PIN. False if an earlier reset, whose answer was lost, has removed it. */
  readonly wasReset: boolean;
  /** Whether the fob has confirmed its new recovery key; otherwise the next command that finds it open gives it. */
  readonly isKeyRenewed: boolean;
}

/**
 * Unlocks a fob whose PIN is forgotten by the recovery key, after approval on the fob, which then asks for a new PIN.
 * The accounts stay. The fob gets a new recovery key; after an interruption the same call continues.
 * @throws FobError `old-firmware`, `refused` (wrong-recovery, press-denied …), as `openOwnerSession`
 */
export async function resetPin(context: Context, fob: FobAtHand): Promise<PinResetResult> {
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const { wasReset, notRenewed } = await resetFobPin(context, fob.client, recoveryKeysOf(context, pairing), {
    ...withPress(context, serial, 'pin-reset'),
    onOpen: () => addHistory(context.inventory, serial, 'pin-reset', context.now()),
  });
  if (notRenewed === undefined) context.report({ event: 'recovery-key-left', serial });
  return { serial, wasReset, isKeyRenewed: notRenewed === undefined };
}

/**
 * Gives the fob the recovery key of this inventory, even if it already has it.
 * @throws FobError `old-firmware`, `refused` (locked, storage-failed), as `openOwnerSession`
 */
export async function escrowPin(context: Context, fob: FobAtHand): Promise<PinResult> {
  const pairing = await openOwnerSession(context, fob);
  await leaveRecoveryKey(context, fob, pairing);
  return { serial: fob.hello.serial };
}
