import { validationLimits } from '../../base/limits/validation.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { type Result, refused } from '../../base/results.ts';
import type { Db } from '../../storage/database/database.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { fingerprintOf, type IdempotencyKey } from '../../storage/idempotency.ts';
import type { Management } from '../../storage/management.ts';
import { latestEnd } from '../../storage/queries/latest.ts';
import { makePinProof } from '../users/credentials/pin-proofs.ts';
import { choosePin, nobody } from '../users/credentials/pins.ts';
import { isPinDue } from '../users/pin.ts';
import { findUser, prepareUserName } from '../users/users.ts';
import type { ValidationRequest } from './request.ts';

/** Decides a log-in. */
export type Decide = (request: ValidationRequest) => Promise<Outcome | undefined>;

/**
 * Returns the proof with which a user may choose a PIN after a log-in ended with `new_pin`; undefined if no PIN is
 * due any more.
 */
export async function proofOfDue(
  management: Management,
  name: string,
  applicationId: string,
): Promise<string | undefined> {
  const user = await findUser(management.db, prepareUserName(name) ?? '');
  return user && isPinDue(user)
    ? await makePinProof(management, { user, applicationId }, management.clock())
    : undefined;
}

/** A new PIN, and evidence that its user is present: a proof, or a passcode and the current PIN if there is one. */
export interface PinChange {
  readonly shown: ValidationRequest;
  readonly proof?: string | undefined;
  /** A secret. */
  readonly newPin: string;
}

/** The result: if the PIN itself is refused, it includes a proof with which another may be chosen. */
export type PinChanged = Result<{ user: string }> & { readonly proof?: string | undefined };

/**
 * Changes a PIN, or sets the first one, by one attempt that is decided, counted and protected against replay like a
 * log-in, but lets nobody in. Every fault of the evidence gives `pin_not_proved`. The same request with the same
 * idempotency key gets the same response.
 */
export async function changePin(
  management: Management,
  decide: Decide,
  change: PinChange,
): Promise<PinChanged> {
  const { db, keys } = management;
  const { shown, newPin } = change;
  const { user, applicationId, source, requestId } = shown;
  const keyed = (part: string): IdempotencyKey | undefined => {
    if (!shown.idempotencyKey?.value) return undefined;
    const { door, value } = shown.idempotencyKey;
    return { door, value: macOf(keys, 'pin-request', [part, value, newPin, change.proof ?? '']) };
  };
  const evidence = { ...shown, idempotencyKey: keyed('shown') };
  const fingerprint = fingerprintOf(keys, { ...shown, idempotencyKey: keyed('done') });
  // A choice clears what is kept about the user. The evidence is kept again with it, so that a repeat that comes
  // between the two is no wrong guess.
  const fingerprints = [fingerprint, fingerprintOf(keys, evidence)].filter(kept => kept !== undefined);
  const again = async () =>
    (await isKept(db, fingerprint, management.clock())) && ({ ok: true, value: { user } } as const);
  const before = await again();
  if (before) return before;
  const proof = change.proof ?? (await prove(management, decide, evidence));
  if (proof === undefined) return refused('pin_not_proved');
  const actor = { name: prepareUserName(user) ?? user, role: 'user', source, requestId } as const;
  const chosen = await choosePin(management, actor, {
    user,
    applicationId,
    proof,
    pin: newPin,
    fingerprints,
  });
  if (chosen.ok) return chosen;
  // Of two simultaneous requests, the other one may have set it, before or after this one read the user.
  const others = await again();
  if (others) return others;
  return chosen.refusal.code === 'pin_not_proved' ? chosen : { ...chosen, proof };
}

/** The proof covers the PIN and the tokens as they were before: if they change meanwhile, it is invalid. */
async function prove(
  management: Management,
  decide: Decide,
  shown: ValidationRequest,
): Promise<string | undefined> {
  const { db, clock } = management;
  const { applicationId } = shown;
  const user = await findUser(db, prepareUserName(shown.user) ?? '');
  const proof = await makePinProof(management, { user: user ?? nobody, applicationId }, clock());
  const outcome = await decide({ ...shown, changesPin: true });
  return outcome === 'new_pin' && user !== undefined ? proof : undefined;
}

async function isKept(db: Db, fingerprint: string | undefined, nowMs: number): Promise<boolean> {
  if (fingerprint === undefined) return false;
  const row = await db
    .selectFrom('answers')
    .select('outcome')
    .where('fingerprint', '=', fingerprint)
    .where('expires_ms', '>', nowMs)
    .where('expires_ms', '<=', latestEnd(nowMs, validationLimits.retryWindowMs))
    .executeTakeFirst();
  return row !== undefined;
}
