import { hash } from 'node:crypto';
import { radiusLimits } from '../../base/limits/radius.ts';

/** An answer, or the promise of one; undefined where there is to be none. */
export type PendingReply = Promise<Uint8Array | undefined>;

/** Answers to requests that may come again (RFC 5080 §2.2.2), or are still being decided. */
export interface DuplicateCache {
  /** The answer to the very same packet from the same address and port; undefined where it has not been seen. */
  find(sender: string, packet: Uint8Array): PendingReply | undefined;
  /** Keeps an answer, before it is known: what comes meanwhile waits for the same one. None is kept of what failed. */
  keep(sender: string, packet: Uint8Array, answering: PendingReply): void;
}

interface Entry {
  readonly answer: Uint8Array;
  readonly untilMs: number;
}

/**
 * Makes an empty cache. An answer is kept for a while from when it is there: one that waits for a press takes long. All of the packet counts, not identifier and authenticator alone: a client that chose these badly must
 * not be given the answer to somebody else's request.
 *
 * @param clock milliseconds that only rise
 */
export function makeDuplicateCache(clock: () => number): DuplicateCache {
  const answers = new Map<string, Entry>();
  /** As many as are decided at once, which is bounded elsewhere. */
  const underWay = new Map<string, PendingReply>();
  const keyOf = (sender: string, packet: Uint8Array) => `${sender} ${hash('sha256', packet, 'base64')}`;
  const remember = (key: string, answer: Uint8Array) => {
    const nowMs = clock();
    // In the order in which they were given, so that the first ones are the oldest.
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
