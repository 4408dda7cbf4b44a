import { randomBytes } from 'node:crypto';
import { limits } from '../limits.ts';

/** What an Access-Challenge waits for: the next passcode after one that was refused, or a log-in anew after that. */
export type Awaited =
  | { readonly kind: 'next_code'; readonly userId: string; readonly first: string }
  | { readonly kind: 'log_in' };

/** Whose challenge it is. */
export interface Bound {
  readonly clientId: string;
  /** As it was sent. */
  readonly user: string;
}

/** Open Access-Challenges of this node, by their State. */
export interface States {
  /** @returns the State: chosen by chance, good once */
  open(bound: Bound, awaited: Awaited): Uint8Array;
  /** What the challenge waits for; undefined where it is over, or another's, which ends it too. */
  take(state: Uint8Array, bound: Bound): Awaited | undefined;
}

interface Entry extends Bound {
  readonly awaited: Awaited;
  readonly untilMs: number;
}

/** Makes an empty set of them, bounded in number: the oldest goes. */
export function makeStates(clock: () => number): States {
  const entries = new Map<string, Entry>();
  return {
    open(bound, awaited) {
      const state = randomBytes(limits.radiusStateBytes);
      const [oldest] = entries.keys();
      if (oldest !== undefined && entries.size >= limits.radiusChallengesKept) entries.delete(oldest);
      const untilMs = clock() + limits.radiusChallengeMs;
      entries.set(state.toString('base64'), { ...bound, awaited, untilMs });
      return state;
    },
    take(state, { clientId, user }) {
      const key = Buffer.from(state).toString('base64');
      const entry = entries.get(key);
      entries.delete(key);
      const isOwn = entry?.clientId === clientId && entry.user === user && entry.untilMs > clock();
      return isOwn ? entry.awaited : undefined;
    },
  };
}
