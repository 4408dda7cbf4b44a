import { setTimeout as pause } from 'node:timers/promises';
import { TOO_SOON } from '@passfob/firmware/core/base/texts';
import { expect } from 'vitest';
import { PATIENCE_MS } from '../../../kit/patience.ts';
import { secret } from '../../../kit/secrets.ts';
import type { SimulatedDevice } from '../simulator.ts';

const HOLD_MS = 700;
const SHORT_MS = 100;
const SCREEN_PATIENCE = { timeout: PATIENCE_MS, interval: 100 };
/** How often a person who holds the button checks whether the question has gone, and when they release it anyway. */
const LOOK_MS = 200;
const LOOKS_MAX = 50;

export async function screenOf(device: SimulatedDevice): Promise<readonly string[]> {
  return (await device.do('screen', { bitmap: 'none' })).text as string[];
}

/** Returns the pairing code as a person reads it off the display, once it is there. */
export async function pairingCodeOn(device: SimulatedDevice, patience = SCREEN_PATIENCE): Promise<string> {
  const lines = async () => (await screenOf(device)).filter(line => /^[a-z0-9]{3} [a-z0-9]{3}$/.test(line));
  await expect.poll(async () => (await lines()).length, patience).toBe(3);
  return secret((await lines()).join(''));
}

/** Approves the question on the screen, if there is one: holds the button until it has gone, as the page says. */
export async function answerQuestion(device: SimulatedDevice): Promise<void> {
  const isAsked = (lines: readonly string[]) => lines.some(line => line.endsWith('?'));
  const isOpen = async () => {
    const lines = await screenOf(device);
    // A hold from before the fob reads its keys does nothing: the next one does.
    return isAsked(lines) && !lines.includes(TOO_SOON);
  };
  if (!isAsked(await screenOf(device))) return;
  await device.do('keyDown');
  try {
    for (let look = 0; look < LOOKS_MAX && (await isOpen()); look++) await pause(LOOK_MS);
  } finally {
    await device.do('keyUp');
  }
  // Else the next hold would be taken for one that was too soon, and a short press is a no.
  for (let look = 0; look < LOOKS_MAX && (await screenOf(device)).includes(TOO_SOON); look++)
    await pause(LOOK_MS);
}

/** Returns the passcode that the fob shows next, by its button. */
export async function nextPasscode(device: SimulatedDevice): Promise<string> {
  const isOffered = async () => {
    if ((await screenOf(device)).includes('Hold: passcode')) return true;
    await device.do('press', { heldMs: SHORT_MS });
    return false;
  };
  await expect.poll(isOffered, SCREEN_PATIENCE).toBe(true);
  await device.do('press', { heldMs: HOLD_MS });
  const shown = async () => /\b(\d{3}) ?(\d{3})\b/.exec((await screenOf(device)).join('\n'));
  await expect.poll(async () => (await shown()) !== null, SCREEN_PATIENCE).toBe(true);
  const [, first, second] = (await shown()) ?? [];
  return secret(`${first}${second}`);
}
