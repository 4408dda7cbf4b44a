import { setTimeout as wait } from 'node:timers/promises';
import type { Factors } from '../data/schema.ts';
import { ServiceError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Management } from '../management.ts';
import { prepareUserName } from '../people/users.ts';
import { keyOfSource } from '../push/familiar.ts';
import type { Pushes } from '../push/pushes.ts';
import { NO_NUMBER, shownNumber } from '../push/shown.ts';
import { unambiguous } from '../sealing/seal.ts';
import { radiusTexts } from '../texts/radius.ts';
import { texts } from '../texts.ts';
import type { Outcome } from '../validation/outcomes.ts';
import type { Places } from './places.ts';
import { acceptOf, challenge, type Reply, reject } from './replies.ts';
import { type Asked, idempotencyKeyOf, pressOf, type Request } from './request.ts';
import type { Awaited, Bound } from './states.ts';

/** What presses on the fob are asked for with. */
export interface Pressing {
  readonly management: Management;
  readonly pushes: Pushes;
  /** Says that the node closes: what waits is answered, or asked again at another node. */
  readonly closing: AbortSignal;
  /** For requests whose answer is held until the press: they must not keep out those who show passcodes. */
  readonly held: Places;
}

/** What stands beside a request for a press. Secrets. */
export interface PressFactors {
  readonly pin?: string;
  readonly password?: string;
}

/** What no passcode ends with: the PIN or the password stands before it. */
export const PRESS_MARK = ',';

/**
 * Whether a field asks for a press on the fob: it is empty or one character, which is no passcode of any token, or it ends with
 * a comma, which no passcode does; then the PIN or the password stands before it.
 *
 * @returns what stands before it, or undefined where it asks for none
 */
export function pressFactors(field: string, factors: Factors): PressFactors | undefined {
  const isBare = [...field].length <= 1;
  if (!isBare && !field.endsWith(PRESS_MARK)) return undefined;
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
export async function askForPress(
  pressing: Pressing,
  asked: Asked,
  request: Request,
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
  const leave = mode === 'wait' ? held.enter(client.id, whoseOf(request)) : undefined;
  try {
    const holding =
      leave === undefined ? {} : { isNumberless: true, untilMs: management.clock() + limits.radiusHoldMs };
    const from = { source, isSourceKnown, requestId };
    const asking = { id, user, session, applicationId, ...from, ...typed, ...holding };
    const { number, expiresMs } = await pushes.ask(asking);
    const pressed: Pressed = { id, session, number, expiresMs };
    // Where the packet came to another node first, that one has decided which it is.
    if (number === NO_NUMBER) {
      if (leave === undefined) throw new ServiceError('busy', texts.startup.tooManyLogins);
      const idempotencyKey = idempotencyKeyOf(asked);
      return await hold(pressing, request, { ...pressed, applicationId, idempotencyKey });
    }
    return await askAgain(management, { clientId: client.id, user }, pressed);
  } finally {
    leave?.();
  }
}

/** One name from one source, as far as that is known: the same for a name that nobody has, and strangers take no place at home. */
function whoseOf(request: Request): string {
  return unambiguous([prepareUserName(request.user) ?? '', keyOfSource(request) ?? '']).toString('base64url');
}

type Pressed = Omit<Extract<Awaited, { kind: 'press' }>, 'kind'>;

/** The number to compare, and a State to come back with. */
function askAgain(
  management: Management,
  bound: Bound,
  { id, session, number, expiresMs }: Pressed,
): Promise<Reply> {
  const text = radiusTexts.press(shownNumber(number));
  const forMs = Math.max(1_000, expiresMs - management.clock());
  return challenge(management, bound, { kind: 'press', id, session, number, expiresMs }, text, forMs);
}

/** Goes on with a request that has been asked for: waits a little for its decision, and then asks again. */
export async function awaitPress(
  pressing: Pressing,
  asked: Asked,
  request: Request,
  pressed: Pressed,
): Promise<Reply> {
  const { client } = asked;
  const applicationId = client.application?.id ?? '';
  // The same packet may come again, to another node too.
  const idempotencyKey = idempotencyKeyOf(asked);
  const given = { ...pressed, applicationId, idempotencyKey };
  const outcome = await take(pressing, request, given, limits.radiusPressMs);
  if (outcome !== 'waiting') return replyOf(outcome, request);
  return await askAgain(pressing.management, { clientId: client.id, user: request.user }, pressed);
}

/** Ends a request for a press: its user shows a passcode instead. */
export async function dropPress(
  { pushes }: Pressing,
  { client }: Asked,
  { id, session }: Pressed,
): Promise<void> {
  await pushes.withdraw({ id, session, applicationId: client.application?.id ?? '' });
}

type Taken = Pressed & { readonly applicationId: string; readonly idempotencyKey?: string };

/**
 * Until it is decided or over. A database that is away for a moment ends nothing: a client that waits may not ask again, and
 * the person presses all the same. With the same key a yes that was lost is given again.
 */
async function hold(pressing: Pressing, request: Request, pressed: Taken): Promise<Reply> {
  const { management, closing } = pressing;
  for (;;) {
    const sinceMs = performance.now();
    const leftMs = Math.max(0, pressed.expiresMs - management.clock());
    const outcome = await take(pressing, request, pressed, Math.min(leftMs, limits.pushWaitMaxMs)).catch(
      error => {
        if (leftMs === 0) throw error;
        return 'waiting' as const;
      },
    );
    if (outcome !== 'waiting') return replyOf(outcome, request);
    // The client asks again, another node.
    if (closing.aborted) throw new ServiceError('busy', texts.startup.tooManyLogins);
    // Where too many wait already, it came back at once.
    if (performance.now() - sinceMs < limits.radiusPressPauseMs)
      await wait(limits.radiusPressPauseMs, undefined, { signal: closing }).catch(() => undefined);
  }
}

function take(
  { pushes, closing }: Pressing,
  { source, requestId }: Request,
  { id, session, applicationId, idempotencyKey }: Taken,
  waitMs: number,
): Promise<'waiting' | Outcome> {
  const about = { id, session, applicationId, idempotencyKey, source, requestId };
  return pushes.take({ ...about, waitMs, signal: closing });
}

function replyOf(outcome: Outcome, { user }: Request): Reply {
  return outcome === 'accepted' ? acceptOf(user) : reject;
}
