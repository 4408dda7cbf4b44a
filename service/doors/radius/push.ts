import { setTimeout as wait } from 'node:timers/promises';
import { ServiceError } from '../../base/errors.ts';
import type { FairConcurrencyLimit, Slot, SlotHolder } from '../../base/fairness/concurrency-limit.ts';
import type { Factors } from '../../base/kinds.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { radiusLimits } from '../../base/limits/radius.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { radiusTexts } from '../../base/texts/radius.ts';
import { texts } from '../../base/texts/texts.ts';
import type { Pushes, RedeemWait } from '../../features/push/pushes.ts';
import { NO_NUMBER, shownNumber } from '../../features/push/shown.ts';
import { isTrustedSource, keyOfSource } from '../../features/push/trusted-source.ts';
import { prepareUserName } from '../../features/users/users.ts';
import type { Management } from '../../storage/management.ts';
import { acceptOf, challenge, displaced, type Reply, reject } from './replies.ts';
import { type AccessRequest, idempotencyKeyOf, pressOf, type RadiusRequest } from './request.ts';
import type { AwaitedStep, StateOwner } from './states.ts';

/** What presses on the fob are asked for with. */
export interface Pressing {
  readonly management: Management;
  readonly pushes: Pushes;
  /** Says that the node closes: what waits is answered, or asked again at another node. */
  readonly closing: AbortSignal;
  /** For requests whose answer is held until the press: they must not keep out those who show passcodes. */
  readonly held: FairConcurrencyLimit;
}

/** What stands beside a request for a press. Secrets. */
export interface PressFactors {
  readonly pin?: string;
  readonly password?: string;
}

/** What no passcode ends with: the PIN or the password stands before it. */
export const PRESS_REQUEST_SUFFIX = ',';

/**
 * Whether a field asks for a press on the fob: it is empty or one character, which is no passcode of any token, or it ends with
 * a comma, which no passcode does; then the PIN or the password stands before it.
 *
 * @returns what stands before it, or undefined where it asks for none
 */
export function pressFactors(field: string, factors: Factors): PressFactors | undefined {
  const isBare = [...field].length <= 1;
  if (!isBare && !field.endsWith(PRESS_REQUEST_SUFFIX)) return undefined;
  const head = isBare ? undefined : field.slice(0, -1);
  if (factors === 'password_otp') return { password: head ?? '' };
  return head === undefined ? {} : { pin: head };
}

/**
 * Asks the user's fob for a press: the same for users that there are not. Then either asks again with the number to compare, or
 * holds the answer until it is decided; there the person sees no number, and the fob shows none. Which of them it is is known
 * before the fob is asked.
 *
 * @throws ServiceError `busy`; then nothing is answered
 */
export async function requestPress(
  pressing: Pressing,
  asked: AccessRequest,
  request: RadiusRequest,
  typed: PressFactors,
): Promise<Reply> {
  const { client } = asked;
  const { application, push: mode } = client;
  // A password that is not there is told by the application alone, and is no attempt at one.
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
    // Where the packet came to another node first, that one has decided which it is.
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
 * Whose answer is held: a name from one source, where the client says where its user is. Where it does not, each name counts as
 * a source. The same for a name that nobody has: it is trusted nowhere.
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

/** The number to compare, and a State to come back with. */
function askAgain(
  management: Management,
  bound: StateOwner,
  { id, session, number, expiresMs }: Pressed,
): Promise<Reply> {
  const text = radiusTexts.press(shownNumber(number));
  const forMs = Math.max(1_000, expiresMs - management.clock());
  return challenge(management, bound, { kind: 'press', id, session, number, expiresMs }, text, forMs);
}

/** Goes on with a request that has been asked for: waits a little for its decision, and then asks again. */
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

/** Ends a request for a press: its user shows a passcode instead. */
export async function dropPress(
  { pushes }: Pressing,
  { client }: AccessRequest,
  { id, session }: Pressed,
): Promise<void> {
  await pushes.withdraw({ id, session, applicationId: client.application?.id ?? '' });
}

type Taken = Pressed & { readonly applicationId: string; readonly idempotencyKey?: string };

/**
 * Until it is decided or over, or somebody else needs the place more: then it is refused, as if its time were over. A database that is away for a moment ends nothing: a client that waits may not ask again, and
 * the person presses all the same. With the same key a yes that was lost is given again.
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
    // The client asks again, another node.
    if (closing.aborted) throw new ServiceError('busy', texts.startup.tooManyLogins);
    if (ended.aborted) {
      // Nobody waits for the press any more. A fob that goes on asking lets nobody in.
      await pushes.withdraw(pressed).catch(() => undefined);
      return displaced;
    }
    // Where too many wait already, it came back at once.
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
