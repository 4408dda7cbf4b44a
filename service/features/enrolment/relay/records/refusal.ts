import type { Said } from 'passfob/carrier/messages';
import { type RelayRefusalCode, relayTexts } from '../../../../base/texts/relay.ts';

/** Refusals after which the activation cannot be used any more. */
const FINAL: ReadonlySet<RelayRefusalCode> = new Set(['not_valid', 'attempts']);
/** Refusals that count as an attempt: a wrong fob or a wrong pairing code. */
const COUNTED: ReadonlySet<RelayRefusalCode> = new Set(['wrong_fob', 'blank_fob', 'somebody', 'wrong_code']);

/** Ends a run: the relay receives the code and its text, the audit the reason. */
export class RelayRefusal extends Error {
  override readonly name = 'RelayRefusal';
  readonly code: RelayRefusalCode;
  /** For the help desk: a few words, never a secret. */
  readonly why: string;
  readonly isCounted: boolean;

  constructor(code: RelayRefusalCode, why: string = code, isCounted = COUNTED.has(code)) {
    super(code);
    this.code = code;
    this.why = why;
    this.isCounted = isCounted;
  }
}

/** Returns the message for a refusal. The same code always gives the same bytes. */
export function refusalMessage(code: RelayRefusalCode): { readonly type: 'refused' } & Said<'refused'> {
  const { text, next } = relayTexts.refusals[code];
  return { type: 'refused', code, text, next, isFinal: FINAL.has(code) };
}
