import { validationLimits } from './limits/validation.ts';

/** An accepted passcode that is remembered: counter or time step, when, and from where. */
export interface Acceptance {
  readonly step: number;
  readonly atMs: number;
  readonly source: string;
  /**
   * Whether it was used up for something else than a log-in: an enrolment, a resynchronisation, a new PIN. Its person may type
   * it while the screen still shows it: it is superseded then, and no replay.
   */
  readonly letNobodyIn?: boolean | undefined;
}

/** As it is stored: the fourth is 1 where it let nobody in, and is left out otherwise. */
type StoredAcceptance = readonly [step: number, atMs: number, source: string, letNobodyIn?: 1];

/** The remembered acceptances of a token, latest first. */
export function readRecent(stored: string): Acceptance[] {
  return (JSON.parse(stored) as StoredAcceptance[]).map(([step, atMs, source, letNobodyIn]) => ({
    step,
    atMs,
    source,
    letNobodyIn: letNobodyIn === 1,
  }));
}

/** What is stored once another one is accepted: the oldest gives way. */
export function withAcceptance(stored: string, { step, atMs, source, letNobodyIn }: Acceptance): string {
  const kept = (JSON.parse(stored) as StoredAcceptance[]).slice(0, validationLimits.acceptancesKept - 1);
  const added: StoredAcceptance = letNobodyIn === true ? [step, atMs, source, 1] : [step, atMs, source];
  return JSON.stringify([added, ...kept]);
}
