import { PERIOD_SECONDS } from '@passfob/demo/try/limits';
import { generateSync } from 'otplib';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import type { Hands } from './hands.ts';

/** The display's text. */
const DISPLAY = 'pre';
const RESULT = '.result';
/** The page makes a press of it, however busy this machine is. */
const PRESS_MS = 0;
/** Until the display shows what a press did. */
const DRAWN_MS = 500;
const HOLD_MS = 900;
const APPROVE_MS = 1_400;
/** A fob's keys are deaf for a moment after each question and each new view. */
const DEAF_MS = 900;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Keeps the secrets that the page makes for passcodes, for the oracle of a test: 20 bytes each. */
export const KEEP_SECRETS = `() => {
  const real = crypto.getRandomValues.bind(crypto);
  globalThis.keptSecrets = [];
  crypto.getRandomValues = bytes => {
    real(bytes);
    if (bytes.length === 20) globalThis.keptSecrets.push(Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(''));
    return bytes;
  };
}`;

async function sees(hands: Hands, selector: string, pattern: RegExp): Promise<string> {
  await expect.poll(() => hands.text(selector)).toMatch(pattern);
  return hands.text(selector);
}

/** Pairs the first fob, and enrols it for passcodes by time. */
export async function pairAndEnrol(hands: Hands): Promise<void> {
  await sees(hands, DISPLAY, /no owner/);
  await hands.click('Pair this fob');
  const shown = await sees(hands, DISPLAY, /Pairing\n\d+s\n(?:\w{3}\s?){6}/);
  await hands.fill('Pairing code from the display', shown.split('\n').slice(2).join(' '));
  await hands.click('Finish pairing');
  await sees(hands, RESULT, /^Paired with PF-/);
  await hands.click('Passcodes by time (TOTP)');
  await sees(hands, RESULT, /^Enrolled/);
}

/** Presses until the display shows the account, and holds for its passcode. */
export async function passcodeShown(hands: Hands): Promise<string> {
  await expect
    .poll(async () => {
      if (/1\/\d/.test(await hands.text(DISPLAY))) return true;
      await hands.keyDown(PRESS_MS);
      await pause(DRAWN_MS);
      return false;
    })
    .toBe(true);
  await pause(DEAF_MS);
  await hands.keyDown(HOLD_MS);
  return (/(\d{3}) (\d{3})/.exec(await sees(hands, DISPLAY, /\d{3} \d{3}/)) ?? []).slice(1).join('');
}

/** Types a passcode, and signs in with it. */
export async function signIn(hands: Hands, passcode: string): Promise<void> {
  await hands.fill('Passcode from the display', passcode);
  await hands.click('Sign in');
}

/** Signs in by a passcode that another program confirms, tries it again, and approves a request with a hold. */
export async function signInTwice(hands: Hands): Promise<void> {
  const passcode = await passcodeShown(hands);
  const hex = secret(String(await hands.call('() => globalThis.keptSecrets.at(-1)')));
  const epoch = Math.floor(Date.now() / 1000);
  const possible = [0, PERIOD_SECONDS].map(age =>
    generateSync({
      strategy: 'totp',
      secret: new Uint8Array(Buffer.from(hex, 'hex')),
      digits: 6,
      period: PERIOD_SECONDS,
      epoch: epoch - age,
    }),
  );
  expect(possible).toContain(passcode);
  await signIn(hands, passcode);
  await sees(hands, RESULT, /^Accepted/);
  await signIn(hands, passcode);
  await sees(hands, RESULT, /^Refused: this passcode was used already/);
  await hands.click('Approval (push)');
  await sees(hands, RESULT, /^Enrolled/);
  await hands.click('Send a request');
  const asked = await sees(hands, RESULT, /Is the number on its display \d\d\?/);
  const number = /display (\d\d)\?/.exec(asked)?.[1];
  expect(await hands.text(DISPLAY)).toMatch(new RegExp(`Try page\nAnna\n${number}\n`));
  await pause(DEAF_MS);
  await hands.keyDown(APPROVE_MS);
  await sees(hands, RESULT, /^Approved/);
}

/** Cuts the power, travels for an hour, boots again, and signs in with the next passcode. */
export async function cutAndTravel(hands: Hands): Promise<void> {
  await hands.click('Power');
  await sees(hands, DISPLAY, /^The power is off/);
  await hands.click('1 hour on');
  await hands.click('Power');
  await sees(hands, DISPLAY, /Anna/);
  await signIn(hands, await passcodeShown(hands));
  await sees(hands, RESULT, /^Accepted/);
}
