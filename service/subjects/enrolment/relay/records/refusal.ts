import type { Said } from 'passfob/carrier/messages';
import { type RelayRefusalCode, relayTexts } from '../../../../base/texts/relay.ts';
import type { ActivationFobs } from '../../../../storage/schema/schema.ts';

/** Refusals after which the activation cannot be used any more. */
const FINAL: ReadonlySet<RelayRefusalCode> = new Set(['not_valid', 'attempts']);
/** Refusals that count as an attempt: a wrong fob or a wrong pairing code. */
const COUNTED: ReadonlySet<RelayRefusalCode> = new Set([
  'wrong_fob',
  'blank_fob',
  'somebody',
  'has_owner',
  'wrong_code',
]);

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

/**
 * Returns the refusal of a fob that has an owner other than this user. Whether that owner is another user of the service
 * or unknown to it, the relay gets the same message: about the fobs of others it learns only what their hello says.
 * @param allowed the fobs that the activation allows
 */
export function refusalOfOwned(allowed: ActivationFobs, why: string): RelayRefusal {
  // Where no blank fob is allowed, neither erasing this one nor another blank one would help.
  return new RelayRefusal(allowed === 'any' ? 'has_owner' : 'somebody', why);
}

/** Returns the message for a refusal. The same code always gives the same bytes. */
export function refusalMessage(code: RelayRefusalCode): { readonly type: 'refused' } & Said<'refused'> {
  const { text, next } = relayTexts.refusals[code];
  return { type: 'refused', code, text, next, isFinal: FINAL.has(code) };
}
