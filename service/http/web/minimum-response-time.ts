import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { validationLimits } from '../../base/limits/validation.ts';

/**
 * Waits until the minimum response time of a refusal has passed since its request came in, plus a random time.
 * Refusals do the same kind of work; their differences (a row more or less) are microseconds, which this wait hides.
 */
export async function delayRefusal(reply: FastifyReply): Promise<void> {
  await untilMinimumTime(() => reply.elapsedTime);
}

/**
 * The same for requests of any transport.
 *
 * @param elapsedMs since the request came in
 * @param minimumMs the minimum response time, if the work takes longer than a log-in
 */
export async function untilMinimumTime(
  elapsedMs: () => number,
  minimumMs: number = validationLimits.refusalFloorMs,
): Promise<void> {
  const untilMs = minimumMs + randomInt(validationLimits.refusalJitterMs * 1000) / 1000;
  await wait(Math.max(0, untilMs - elapsedMs()));
}
