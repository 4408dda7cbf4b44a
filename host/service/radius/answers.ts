import { hash } from 'node:crypto';
import { limits } from '../limits.ts';

/** An answer, or the promise of one; undefined where there is to be none. */
export type Answering = Promise<Uint8Array | undefined>;

/** Answers to requests that may come again (RFC 5080 §2.2.2), or are still being decided. */
export interface KeptAnswers {
  /** The answer to the very same packet from the same address and port; undefined where it has not been seen. */
  find(sender: string, packet: Uint8Array): Answering | undefined;
  /** Keeps an answer, before it is known: what comes meanwhile waits for the same one. None is kept of what failed. */
  keep(sender: string, packet: Uint8Array, answering: Answering): void;
}

interface Entry {
  readonly answering: Answering;
  readonly untilMs: number;
}

/**
 * Makes an empty cache. All of the packet counts, not identifier and authenticator alone: a client that chose these badly must
 * not be given the answer to somebody else's request.
 *
 * @param clock milliseconds that only rise
 */
export function makeKeptAnswers(clock: () => number): KeptAnswers {
  const entries = new Map<string, Entry>();
  const keyOf = (sender: string, packet: Uint8Array) => `${sender} ${hash('sha256', packet, 'base64')}`;
  const drop = (key: string, answering: Answering) => {
    if (entries.get(key)?.answering === answering) entries.delete(key);
  };
  return {
    find(sender, packet) {
      const entry = entries.get(keyOf(sender, packet));
      return entry !== undefined && entry.untilMs > clock() ? entry.answering : undefined;
    },
    keep(sender, packet, answering) {
      const nowMs = clock();
      // In the order in which they came, so that the first ones are the oldest.
      for (const [key, { untilMs }] of entries) {
        if (untilMs > nowMs && entries.size < limits.radiusAnswersKept) break;
        entries.delete(key);
      }
      const key = keyOf(sender, packet);
      entries.delete(key);
      entries.set(key, { answering, untilMs: nowMs + limits.radiusAnswerMs });
      answering.then(
        answer => answer === undefined && drop(key, answering),
        () => drop(key, answering),
      );
    },
  };
}
