import { setTimeout as wait } from 'node:timers/promises';
import { ServiceError } from '../base/errors.ts';
import type { FairConcurrencyLimit, Slot, SlotHolder } from '../base/fairness/concurrency-limit.ts';
import type { Factors } from '../base/kinds.ts';
import { pushLimits } from '../base/limits/push.ts';
import { radiusLimits } from '../base/limits/radius.ts';
import type { Outcome } from '../base/outcomes.ts';
import { radiusTexts } from '../base/texts/radius.ts';
import { texts } from '../base/texts/texts.ts';
import type { Management } from '../storage/management.ts';
import type { Pushes, RedeemWait } from '../subjects/push/pushes.ts';
import { NO_NUMBER, shownNumber } from '../subjects/push/shown.ts';
import { isTrustedSource, keyOfSource } from '../subjects/push/trusted-source.ts';
import { prepareUserName } from '../subjects/users/users.ts';
import { acceptOf, challenge, displaced, type Reply, reject } from './replies.ts';
import { type AccessRequest, idempotencyKeyOf, pressOf, type RadiusRequest } from './request.ts';
import type { AwaitedStep, StateOwner } from './states.ts';

/** The objects for approvals on the fob. */
export interface Pressing {
  readonly management: Management;
  readonly pushes: Pushes;
  /** Aborted when the node closes: waiting requests are then answered, or the client repeats them at another node. */
  readonly closing: AbortSignal;
  /** Limits requests whose response waits for the approval, so that they do not keep out log-ins with passcodes. */
  readonly held: FairConcurrencyLimit;
}

/** The other factors of a request for an approval. Secrets. */
export interface PressFactors {
  readonly pin?: string;
  readonly password?: string;
}

/** No passcode ends with this character: the PIN or the password stands before it. */
export const PRESS_REQUEST_SUFFIX = ',';

/**
 * Whether a field requests an approval on the fob: it is empty or one character, which is no passcode of any token,
 * or it ends with a comma, which no passcode does; then the PIN or the password stands before it.
 *
 * @returns the factors in the field, or undefined if it requests no approval
 */
export function pressFactors(field: string, factors: Factors): PressFactors | undefined {
  const isBare = [...field].length <= 1;
  if (!isBare && !field.endsWith(PRESS_REQUEST_SUFFIX)) return undefined;
  const head = isBare ? undefined : field.slice(0, -1);
  if (factors === 'password_otp') return { password: head ?? '' };
  return head === undefined ? {} : { pin: head };
}

/**
 * Sends a request to the user's fob; unknown users get the same response. Then either asks again with the number to
 * compare, or delays the response until the decision. In the second mode the user sees no number, and neither does
 * the fob show one. The mode is chosen before the fob is asked.
 *
 * @throws ServiceError `busy`; then no response is sent
 */
export async function requestPress(
  pressing: Pressing,
  asked: AccessRequest,
  request: RadiusRequest,
  typed: PressFactors,
): Promise<Reply> {
  const { client } = asked;
  const { application, push: mode } = client;
  // Whether the password is missing depends on the application alone, and a missing one is no guess.
  if (application === undefined || mode === 'off' || typed.password === '') return reject;
  const { user, source, isSourceKnown, requestId } = request;
  const applicationId = application.id;
  const { management, pushes, held } = pressing;
  const { id, session } = pressOf(management.keys, asked);
  const place = mode === 'wait' ? held.enter(await holderOf(management, client.id, request)) : undefined;
  try {
    const holding =
      place === undefined
        ? {}
        : { isNumberless: true, untilMs: management.clock() + radiusLimits.radiusHoldMs };
    const from = { source, isSourceKnown, requestId };
    const asking = { id, user, session, applicationId, ...from, ...typed, ...holding };
    const { number, expiresMs } = await pushes.ask(asking);
    const pressed: Pressed = { id, session, number, expiresMs };
    // If the packet came to another node first, that node has chosen the mode.
    if (number === NO_NUMBER) {
      if (place === undefined) throw new ServiceError('busy', texts.startup.tooManyLogins);
      const idempotencyKey = idempotencyKeyOf(asked);
      return await hold(pressing, request, { ...pressed, applicationId, idempotencyKey }, place);
    }
    return await askAgain(management, { clientId: client.id, user }, pressed);
  } finally {
    place?.leave();
  }
}

/**
 * Returns the holder of a delayed response: a name from one source, if the client states its user's source. Otherwise
 * each name counts as a source. An unknown name is treated alike; it is trusted nowhere.
 */
async function holderOf(
  { db, clock }: Management,
  clientId: string,
  request: RadiusRequest,
): Promise<SlotHolder> {
  const name = prepareUserName(request.user) ?? '';
  const key = keyOfSource(request);
  const source = key === undefined ? `name ${name}` : `source ${key}`;
  return {
    path: [clientId, source, name],
    isTrusted: await isTrustedSource(db, { name, key, nowMs: clock() }),
  };
}

type Pressed = Omit<Extract<AwaitedStep, { kind: 'press' }>, 'kind'>;

/** Sends the number to compare, with a State for the next request. */
function askAgain(
  management: Management,
  bound: StateOwner,
  { id, session, number, expiresMs }: Pressed,
): Promise<Reply> {
  const text = radiusTexts.press(shownNumber(number));
  const forMs = Math.max(1_000, expiresMs - management.clock());
  return challenge(management, bound, { kind: 'press', id, session, number, expiresMs }, text, forMs);
}

/** Continues with a created request: waits a little for its decision, then asks again. */
export async function awaitPress(
  pressing: Pressing,
  asked: AccessRequest,
  request: RadiusRequest,
  pressed: Pressed,
): Promise<Reply> {
  const { client } = asked;
  const applicationId = client.application?.id ?? '';
  // The same packet may come again, to another node too.
  const idempotencyKey = idempotencyKeyOf(asked);
  const given = { ...pressed, applicationId, idempotencyKey };
  const patience = { waitMs: radiusLimits.radiusPressMs, signal: pressing.closing };
  const outcome = await take(pressing, request, given, patience);
  if (outcome !== 'waiting') return replyOf(outcome, request);
  return await askAgain(pressing.management, { clientId: client.id, user: request.user }, pressed);
}

/** Withdraws a request: its user types a passcode instead. */
export async function dropPress(
  { pushes }: Pressing,
  { client }: AccessRequest,
  { id, session }: Pressed,
): Promise<void> {
  await pushes.withdraw({ id, session, applicationId: client.application?.id ?? '' });
}

type Taken = Pressed & { readonly applicationId: string; readonly idempotencyKey?: string };

/**
 * Waits until the request is decided or over, or another holder takes its slot: then it is refused like an expired
 * one. A short outage of the database ends nothing: the client may not repeat its request, and the user still
 * approves. With the same key a lost acceptance is given again.
 */
async function hold(
  pressing: Pressing,
  request: RadiusRequest,
  pressed: Taken,
  { ended }: Pick<Slot, 'ended'>,
): Promise<Reply> {
  const { management, pushes, closing } = pressing;
  for (;;) {
    const sinceMs = performance.now();
    const leftMs = Math.max(0, pressed.expiresMs - management.clock());
    const patience = { waitMs: Math.min(leftMs, pushLimits.pushWaitMaxMs), signal: ended };
    const outcome = await take(pressing, request, pressed, patience).catch(error => {
      if (leftMs === 0) throw error;
      return 'waiting' as const;
    });
    if (outcome !== 'waiting') return replyOf(outcome, request);
    // The client repeats the request, to another node.
    if (closing.aborted) throw new ServiceError('busy', texts.startup.tooManyLogins);
    if (ended.aborted) {
      // No client waits for the approval any more. If the fob still shows the request, approving it has no effect.
      await pushes.withdraw(pressed).catch(() => undefined);
      return displaced;
    }
    // With too many waiters the call returned at once.
    if (performance.now() - sinceMs < radiusLimits.radiusPressPauseMs)
      await wait(radiusLimits.radiusPressPauseMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

function take(
  { pushes }: Pressing,
  { source, requestId }: RadiusRequest,
  { id, session, applicationId, idempotencyKey }: Taken,
  patience: RedeemWait,
): Promise<'waiting' | Outcome> {
  return pushes.take({ id, session, applicationId, idempotencyKey, source, requestId, ...patience });
}

function replyOf(outcome: Outcome, { user }: RadiusRequest): Reply {
  return outcome === 'accepted' ? acceptOf(user) : reject;
}
