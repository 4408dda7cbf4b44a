import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '../../../protocol/limits.ts';
import { trivialPin } from '../../../protocol/pins.ts';
import type { texts } from '../texts.ts';

export type PinRefusalCode = keyof typeof texts.pinRefusals;

/** Why a PIN cannot be chosen at the service, or undefined where it can: the fob's own bounds and list. */
export function acceptablePin(pin: string): PinRefusalCode | undefined {
  if (!/^[0-9]+$/.test(pin) || pin.length < PIN_DIGITS_MIN || pin.length > PIN_DIGITS_MAX) return 'bad_pin';
  return trivialPin(new Uint8Array(Buffer.from(pin))) ? 'trivial_pin' : undefined;
}
