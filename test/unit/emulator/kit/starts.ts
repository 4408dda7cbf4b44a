import type { BoardName, Fob } from '@passfob/simulator';
import type { Randomness } from '@passfob/simulator/base/randomness';
import { expect } from 'vitest';
import { Owner } from '../../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../../fob/conformance/simulator-driver.ts';
import type { Birth } from '../../../fob/simulation/kit/births.ts';

/** Long enough for all that troubles a start. */
const TROUBLE_MS = 1_500;
/** Espruino has looked at its button by then: while it is down, it skips the image. */
const LOOKED_MS = 150;
/** From the first of the settings, into which a long press at the start leads, over the last, which goes back. */
const PRESSES_TO_LIST = 12;
const HOLD_MS = 700;

/** Lets the start of a board pass, with presses at any time. */
export function passStart(fob: Fob, chance: Randomness, presses: number): void {
  fob.advance(LOOKED_MS);
  for (let press = 0; press < presses; press++) {
    fob.advance(chance.below(TROUBLE_MS / presses));
    fob.press(0, 30 + chance.below(800));
  }
  fob.advance(TROUBLE_MS);
}

/** Expects the list on the screen, and a sound vault at the cable. */
export async function expectSound(
  fob: Fob,
  born: Birth,
  random: (length: number) => Uint8Array,
  board: BoardName = 'pico',
): Promise<void> {
  const driver = new SimulatorDriver({ make: () => fob }, board);
  const isList = () => fob.screen().on && fob.screen().text.some(line => line.endsWith(': passcode'));
  const isBack = () => fob.screen().text.includes('Back');
  for (let presses = 0; presses < PRESSES_TO_LIST && !isList(); presses++) {
    if (isBack()) fob.press(0, HOLD_MS);
    else fob.press();
  }
  expect(fob.screen().text.join(' ')).toMatch(/: passcode$/);
  const owner = Object.assign(new Owner(driver, { random }), { key: born.pairingKey });
  await owner.open();
  const { client } = owner;
  expect((await client.call('info', {})).accounts).toBe(born.accounts.length);
  for (const index of born.accounts.keys()) expect((await client.call('list', { index })).health).toBe(0);
  expect((await client.call('clock', {})).state).toBe(1);
}
