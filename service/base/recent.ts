import { validationLimits } from './limits/validation.ts';

/** A remembered acceptance: counter or time step, when, and from where. */
export interface Acceptance {
  readonly step: number;
  readonly atMs: number;
  readonly source: string;
  /**
   * Whether the passcode was used for something else than a log-in: an enrolment, a resynchronisation, a new PIN. The
   * user may type it again while the screen still shows it; then it is superseded, not a replay.
   */
  readonly letNobodyIn?: boolean | undefined;
}

/** The stored form: the fourth part is 1 if the passcode was not used for a log-in, and is left out otherwise. */
type StoredAcceptance = readonly [step: number, atMs: number, source: string, letNobodyIn?: 1];

/** Returns the remembered acceptances of a token, latest first. */
export function readRecent(stored: string): Acceptance[] {
  return (JSON.parse(stored) as StoredAcceptance[]).map(([step, atMs, source, letNobodyIn]) => ({
    step,
    atMs,
    source,
    letNobodyIn: letNobodyIn === 1,
  }));
}

/** Returns the text to store after one more acceptance; the oldest is dropped. */
export function withAcceptance(stored: string, { step, atMs, source, letNobodyIn }: Acceptance): string {
  const kept = (JSON.parse(stored) as StoredAcceptance[]).slice(0, validationLimits.acceptancesKept - 1);
  const added: StoredAcceptance = letNobodyIn === true ? [step, atMs, source, 1] : [step, atMs, source];
  return JSON.stringify([added, ...kept]);
}
