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

/**
 * Returns the text to store after one more acceptance; the oldest is dropped. The stored text is cut, not parsed and
 * written again: every log-in does this.
 */
export function withAcceptance(stored: string, { step, atMs, source, letNobodyIn }: Acceptance): string {
  const added: StoredAcceptance = letNobodyIn === true ? [step, atMs, source, 1] : [step, atMs, source];
  const kept = latestOf(stored, validationLimits.acceptancesKept - 1);
  return kept === '' ? `[${JSON.stringify(added)}]` : `[${JSON.stringify(added)},${kept}]`;
}

/**
 * Returns the text of the latest acceptances of a stored list, without its brackets. A source is any text, so a quote
 * hides the brackets in it, and a backslash hides the next character.
 */
function latestOf(stored: string, most: number): string {
  let found = 0;
  let isText = false;
  for (let at = 1; at < stored.length - 1; at++) {
    const character = stored.charCodeAt(at);
    if (character === BACKSLASH) at++;
    else if (character === QUOTE) isText = !isText;
    else if (character === CLOSING && !isText && ++found === most) return stored.slice(1, at + 1);
  }
  return stored.slice(1, -1);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSING = 0x5d;
