import { careLimits } from '../../base/limits/care.ts';

/** The circumstances in which a person may be asked to hold the button of a fob. */
export interface HoldFacts {
  /** Whether a person has just opened the relay for this: a page, or a command. */
  readonly isForeground: boolean;
  /** How long the fob and its agent have been there. */
  readonly connectedMs: number;
  /** Whether a push waits for the same button. */
  readonly isPushPending: boolean;
  /** Whether its person was asked since the fob was plugged in. */
  readonly wasAsked: boolean;
  /** Until when the person has put it off; milliseconds since 1970, 0 for never. */
  readonly putOffUntilMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Whether a person may be asked for a hold now: at once where somebody waits for it; otherwise once per plug-in, not
 * right after the start of the computer, never beside a push, and not before the end of "later".
 */
export function mayHold(facts: HoldFacts): boolean {
  if (facts.isPushPending) return false;
  if (facts.isForeground) return true;
  const isPutOff =
    facts.nowMs < facts.putOffUntilMs && facts.putOffUntilMs - facts.nowMs <= careLimits.putOffMs;
  return facts.connectedMs >= careLimits.holdAfterMs && !facts.wasAsked && !isPutOff;
}
