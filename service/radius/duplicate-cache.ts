import { hash } from 'node:crypto';
import { radiusLimits } from '../base/limits/radius.ts';

/** A response, or the promise of one; undefined if none is to be sent. */
export type PendingReply = Promise<Uint8Array | undefined>;

/** Responses to requests that clients may repeat (RFC 5080 §2.2.2), or that are still being decided. */
export interface DuplicateCache {
  /** Returns the response to the identical packet from the same address and port; undefined if it is new. */
  find(sender: string, packet: Uint8Array): PendingReply | undefined;
  /** Keeps a response before it is known: repeats meanwhile wait for the same one. Failures are not kept. */
  keep(sender: string, packet: Uint8Array, answering: PendingReply): void;
}

interface Entry {
  readonly answer: Uint8Array;
  readonly untilMs: number;
}

/**
 * Makes an empty cache. A response is kept for a while from its arrival, because a response that waits for an
 * approval takes long. The key is the whole packet, not only identifier and authenticator: a client that chooses
 * these badly must not get the response to another client's request.
 *
 * @param clock milliseconds that only rise
 */
export function makeDuplicateCache(clock: () => number): DuplicateCache {
  const answers = new Map<string, Entry>();
  /** At most the concurrent decisions, which are limited elsewhere. */
  const underWay = new Map<string, PendingReply>();
  const keyOf = (sender: string, packet: Uint8Array) => `${sender} ${hash('sha256', packet, 'base64')}`;
  const remember = (key: string, answer: Uint8Array) => {
    const nowMs = clock();
    // In the order of their arrival, so the oldest come first.
    for (const [old, { untilMs }] of answers) {
      if (untilMs > nowMs && answers.size < radiusLimits.radiusAnswersKept) break;
      answers.delete(old);
    }
    answers.set(key, { answer, untilMs: nowMs + radiusLimits.radiusAnswerMs });
  };
  return {
    find(sender, packet) {
      const key = keyOf(sender, packet);
      const given = answers.get(key);
      if (given !== undefined && given.untilMs > clock()) return Promise.resolve(given.answer);
      return underWay.get(key);
    },
    keep(sender, packet, answering) {
      const key = keyOf(sender, packet);
      answers.delete(key);
      underWay.set(key, answering);
      const settled = (answer?: Uint8Array) => {
        underWay.delete(key);
        if (answer !== undefined) remember(key, answer);
      };
      answering.then(settled, () => settled());
    },
  };
}
