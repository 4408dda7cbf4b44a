import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { validationLimits } from '../../base/limits/validation.ts';

/**
 * Waits until a refusal may leave: a set time after its request came in, and a little more by chance. The work behind
 * refusals is the same in kind; what it differs in (a row more, a row less) is microseconds, and is lost in this.
 */
export async function delayRefusal(reply: FastifyReply): Promise<void> {
  await untilMinimumTime(() => reply.elapsedTime);
}

/**
 * The same wherever the request came from.
 *
 * @param elapsedMs since it came in
 * @param floorMs the set time, where the work takes longer than that of a log-in
 */
export async function untilMinimumTime(
  elapsedMs: () => number,
  floorMs: number = validationLimits.refusalFloorMs,
): Promise<void> {
  const untilMs = floorMs + randomInt(validationLimits.refusalJitterMs * 1000) / 1000;
  await wait(Math.max(0, untilMs - elapsedMs()));
}
