import { limits } from '../limits.ts';

/** An accepted passcode that is remembered: counter or time step, when, and from where. */
export interface Acceptance {
  readonly step: number;
  readonly atMs: number;
  readonly source: string;
}

/** The remembered acceptances of a token, latest first. */
export function readRecent(stored: string): Acceptance[] {
  return (JSON.parse(stored) as [number, number, string][]).map(([step, atMs, source]) => ({
    step,
    atMs,
    source,
  }));
}

/** What is stored once another one is accepted: the oldest gives way. */
export function withAcceptance(stored: string, { step, atMs, source }: Acceptance): string {
  const kept = (JSON.parse(stored) as unknown[]).slice(0, limits.acceptancesKept - 1);
  return JSON.stringify([[step, atMs, source], ...kept]);
}
