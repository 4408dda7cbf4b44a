import { NAME_BYTES_MAX } from '@passfob/protocol/limits';
import { pause } from 'passfob/client/pause';
import { isRefusal } from 'passfob/errors';
import { cutText } from '../../../base/cut-text.ts';
import { ServiceError } from '../../../base/errors.ts';
import { agentLimits } from '../../../base/limits/agents.ts';
import { callFrom } from '../../../base/texts/push.ts';
import type { Management } from '../../../storage/management.ts';
import { answerPush, endPush, type PushToSend, pushShown } from '../../push/delivery.ts';
import { dropPushKey, pushAccountOf } from '../../tokens/push-keys.ts';
import { readSettings } from '../../users/settings.ts';
import type { ManagedSession } from '../fob.ts';

/** One request that a connection has claimed, on its way to the fob. */
export interface PushDelivery {
  readonly management: Management;
  readonly push: PushToSend;
  /** Ends it: it is not wanted any more. */
  readonly signal: AbortSignal;
  /** Tells whoever watches that something changed. */
  readonly announce: () => void;
  /** Tells the person at the computer. */
  readonly notify: (kind: 'request' | 'locked') => void;
  /** Has the fob asked anew who it is, and given what it lacks. */
  readonly askAgain: () => void;
  /** Whether the fob has shown it once. */
  isShown: boolean;
}

const NAMES = new TextEncoder();

/**
 * Has the fob show the request, and brings what its person decided. A request that the fob gives up waiting for is shown
 * again for as long as it is open.
 * @returns once it is decided, or cannot be
 * @throws FobError those of the link, `cancelled`, refusals after which another session may succeed; ServiceError `busy`
 */
export async function deliver(delivery: PushDelivery, session: ManagedSession): Promise<void> {
  const { management, push, announce, signal } = delivery;
  const { serviceName } = await readSettings(management.db);
  // Whoever is told on the telephone to press sees whether it is for a call or for a log-in.
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
    // What was pressed counts, even where it could not be written that it was shown. That is written before whatever comes next.
    await showing?.catch(() => undefined);
  }
}

/**
 * How long a fob that shows a request is left alone. Whoever has it in hand and waits for this has held it a second after
 * keys are heard; whoever has not takes no notice of a moment more.
 * @param shownForMs since it was first known to be shown
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

/** What a person has pressed is not asked for again because the database is in use now. @throws ServiceError `busy` at last */
async function kept<T>(write: () => Promise<T>): Promise<T> {
  for (let left = agentLimits.courierWritesMax; ; left--)
    try {
      return await write();
    } catch (error) {
      if (left <= 1 || !(error instanceof ServiceError) || error.code !== 'busy') throw error;
      await pause(agentLimits.courierAgainMs);
    }
}

/** The fob was wiped, or its memory damaged: it gets a key for the next request, in a session that this one's end does not end. */
async function keyLost({ management, push, announce, askAgain }: PushDelivery): Promise<void> {
  await dropPushKey(management.db, push.fobId);
  await endPush(management, push, 'failed');
  announce();
  askAgain();
}
