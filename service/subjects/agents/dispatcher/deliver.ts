import { NAME_BYTES_MAX } from '@passfob/protocol/limits';
import { pause } from 'passfob/client/pause';
import { isRefusal } from 'passfob/errors';
import { cutText } from '../../../base/cut-text.ts';
import { ServiceError } from '../../../base/errors.ts';
import { agentLimits } from '../../../base/limits/agents.ts';
import { callFrom } from '../../../base/texts/push.ts';
import type { Management } from '../../../storage/management.ts';
import type { ManagedSession } from '../../care/session.ts';
import { answerPush, endPush, type PushToSend, pushShown } from '../../push/delivery.ts';
import { dropPushKey, pushAccountOf } from '../../tokens/push-keys.ts';
import { readSettings } from '../../users/settings.ts';

/** One request that a connection has claimed, on its way to the fob. */
export interface PushDelivery {
  readonly management: Management;
  readonly push: PushToSend;
  /** Aborts the delivery: the request is no longer wanted. */
  readonly signal: AbortSignal;
  /** Tells all watchers that something changed. */
  readonly announce: () => void;
  /** Shows a notice to the person at the computer. */
  readonly notify: (kind: 'request' | 'locked') => void;
  /** Has the fob prove itself again, and brings its push key up to date. */
  readonly askAgain: () => void;
  /** Whether the fob has shown the request at least once. */
  isShown: boolean;
}

const NAMES = new TextEncoder();

/**
 * Has the fob show the request, and stores the user's decision. A request that times out on the fob is shown again
 * for as long as it is open.
 * @returns once the request is decided, or cannot be decided
 * @throws FobError those of the link, `cancelled`, refusals after which another session may succeed; ServiceError
 * `busy`
 */
export async function deliver(delivery: PushDelivery, session: ManagedSession): Promise<void> {
  const { management, push, announce, signal } = delivery;
  const { serviceName } = await readSettings(management.db);
  // A user who is told on the telephone to press sees whether the request is for a call or for a log-in.
  const asker = push.kind === 'caller' ? callFrom(serviceName) : serviceName;
  for (;;) {
    try {
      const code = await respond(delivery, session, asker);
      await kept(() => answerPush(management, push, code));
      return announce();
    } catch (error) {
      if (isRefusal(error, 'press-denied')) return await over(delivery, 'denied');
      if (isRefusal(error, 'press-reported')) return await over(delivery, 'reported');
      if (isRefusal(error, 'no-such-account', 'damaged', 'unsupported')) return await keyLost(delivery);
      if (isRefusal(error, 'locked')) delivery.notify('locked');
      else if (!isRefusal(error, 'press-timeout', 'busy')) throw error;
      await pause(agentLimits.courierAgainMs, signal);
    }
  }
}

async function respond(
  delivery: PushDelivery,
  { client, tools }: ManagedSession,
  service: string,
): Promise<string> {
  const { push } = delivery;
  const { signal } = tools;
  let showing: Promise<void> | undefined;
  let shownMs = 0;
  const request = {
    id: pushAccountOf(push.fobId),
    question: NAMES.encode(push.question),
    number: push.number,
    service: NAMES.encode(cutText(service, NAME_BYTES_MAX)),
    user: NAMES.encode(cutText(push.user, NAME_BYTES_MAX)),
  };
  try {
    const { code } = await client.call('respond', request, {
      signal,
      onPressNeeded() {
        shownMs = performance.now();
        showing = show(delivery);
        showing.catch(() => undefined);
      },
      async renew() {
        await pause(pollPauseMs(performance.now() - shownMs), signal);
        return request;
      },
    });
    return String.fromCharCode(...code);
  } finally {
    // The user's decision counts even if storing "shown" failed. "Shown" is stored before anything that follows.
    await showing?.catch(() => undefined);
  }
}

/**
 * Returns the pause before polling a fob that shows a request: short around the time at which an attentive user
 * finishes holding the button (a second after the fob accepts keys). Other users do not notice a longer pause.
 * @param shownForMs since the fob was first known to show the request
 */
export function pollPauseMs(shownForMs: number): number {
  const isAwaited = shownForMs >= agentLimits.courierYesFromMs && shownForMs < agentLimits.courierYesToMs;
  return isAwaited ? agentLimits.courierYesPollMs : agentLimits.courierPollMs;
}

async function show(delivery: PushDelivery): Promise<void> {
  const { management, push, announce, notify } = delivery;
  if (!delivery.isShown) await pushShown(management, push.id, push.link);
  delivery.isShown = true;
  announce();
  notify('request');
}

async function over({ management, push, announce }: PushDelivery, to: 'denied' | 'reported'): Promise<void> {
  await kept(() => endPush(management, push, to));
  announce();
}

/**
 * Retries a write, so that a busy database does not make the user decide again. @throws ServiceError `busy` when all
 * attempts failed
 */
async function kept<T>(write: () => Promise<T>): Promise<T> {
  for (let left = agentLimits.courierWritesMax; ; left--)
    try {
      return await write();
    } catch (error) {
      if (left <= 1 || !(error instanceof ServiceError) || error.code !== 'busy') throw error;
      await pause(agentLimits.courierAgainMs);
    }
}

/**
 * The fob was wiped, or its memory damaged: it gets a key for the next request, in a session that does not end with
 * this one.
 */
async function keyLost({ management, push, announce, askAgain }: PushDelivery): Promise<void> {
  await dropPushKey(management.db, push.fobId);
  await endPush(management, push, 'failed');
  announce();
  askAgain();
}
