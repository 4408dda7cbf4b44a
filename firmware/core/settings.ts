import { pairingCodeOf } from '@passfob/protocol/pairing';
import { SCREEN_SECONDS_MAX, SCREEN_SECONDS_MIN } from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import type { State } from './base/state.ts';
import * as texts from './base/texts.ts';
import { utcText } from './date.ts';
import type { Timekeeper } from './timekeeper.ts';
import type { Vault } from './vault/vault.ts';

/** The settings by their place; their names are `texts.SETTINGS`. The last four to the erasure change by a choice. */
const SET_ABOUT = 0;
const SET_CLOCK = 1;
const SET_BATTERY = 2;
export const SET_SCREEN = 3;
const SET_LIGHT = 4;
const SET_TYPES = 5;
export const SET_PIN = 6;
export const SET_ERASE = 7;
export const SET_BACK = 8;
const SETTINGS_COUNT = 9;

/** What the settings are about, and the place of the one that is shown. */
interface Shown {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly time: Timekeeper;
  readonly state: State;
  readonly now: Now;
  setting: number;
}

/** Goes on to the next one that this board and its policy have. */
export function stepSetting(face: Shown, by: number): void {
  const state = face.state;
  let place = face.setting;
  do place = (place + by + SETTINGS_COUNT) % SETTINGS_COUNT;
  while (
    (place === SET_BATTERY && face.ports.power.battery() < 0) ||
    (place === SET_TYPES && !(state.typing && (face.ports.keyboard.ready || state.types))) ||
    (place === SET_PIN && !state.pinDigits)
  );
  face.setting = place;
}

/** Changes the one shown. False when memory did not answer. */
export function changeSetting(face: Shown): boolean {
  const state = face.state;
  const place = face.setting;
  if (place > SET_TYPES) return true;
  if (place === SET_SCREEN) {
    state.screenSeconds *= 2;
    if (state.screenSeconds > SCREEN_SECONDS_MAX) state.screenSeconds = SCREEN_SECONDS_MIN;
  } else if (place === SET_TYPES) state.types = 1 - state.types;
  else {
    state.light = (state.light + 1) % 3;
    face.ports.display.light(state.light);
  }
  return state.save();
}

/** What is set, or how things are. */
export function settingText(face: Shown): string {
  const place = face.setting;
  const state = face.state;
  const facts = face.ports.facts;
  if (place === SET_ABOUT) {
    // As owners write it, PF-7Q4M-K2XZ: the code's alphabet, without the check characters.
    const serial = pairingCodeOf(facts.serial);
    const owner = texts.OWNERS.split(',')[face.vault.state] as string;
    return `${facts.board} ${facts.firmware} pf-${serial.slice(0, 4)}-${serial.slice(4, 8)} ${owner}`;
  }
  if (place === SET_CLOCK) {
    if (face.time.unset) return texts.NOT_SET;
    return `${utcText(face.now.utc)} ${errorText(face)}`;
  }
  if (place === SET_BATTERY) return `${face.ports.power.battery()}%`;
  if (place === SET_SCREEN) return `${state.screenSeconds} s`;
  if (place === SET_LIGHT) return `${state.light + 1}/3`;
  if (place === SET_TYPES) return state.types ? texts.ON : texts.OFF;
  return place === SET_ERASE ? texts.HOLD_TO_ERASE : '';
}

/** How far the clock may be off. */
export function errorText(face: Shown): string {
  return `+-${face.time.error}s`;
}
