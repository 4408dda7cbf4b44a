import type { ServiceMessage } from 'passfob/activation/messages';
import { type RelayRefusalCode, relayTexts } from '../../../../base/texts/relay.ts';

/** Refusals after which the activation is worth nothing. */
const FINAL: ReadonlySet<RelayRefusalCode> = new Set(['not_valid', 'attempts']);
/** What counts as an attempt: a wrong fob or a wrong pairing code. */
const COUNTED: ReadonlySet<RelayRefusalCode> = new Set(['wrong_fob', 'blank_fob', 'somebody', 'wrong_code']);

/** Ends a run: the relay hears the code and its text, the audit why. */
export class RelayRefusal extends Error {
  override readonly name = 'RelayRefusal';
  readonly code: RelayRefusalCode;
  /** For help desk: a few words, never a secret. */
  readonly why: string;
  readonly isCounted: boolean;

  constructor(code: RelayRefusalCode, why: string = code, isCounted = COUNTED.has(code)) {
    super(code);
    this.code = code;
    this.why = why;
    this.isCounted = isCounted;
  }
}

/** A refusal as it is said. The same code is always the same bytes. */
export function refusalMessage(code: RelayRefusalCode): ServiceMessage {
  const { text, next } = relayTexts.refusals[code];
  return { type: 'refused', code, text, next, isFinal: FINAL.has(code) };
}
