import { pairingCodeOf } from '@passfob/protocol/pairing';
import { SCREEN_SECONDS_MAX, SCREEN_SECONDS_MIN } from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import type { State } from './base/state.ts';
import * as texts from './base/texts.ts';
import { utcText } from './date.ts';
import type { Timekeeper } from './timekeeper.ts';
import type { Vault } from './vault/vault.ts';

/**
 * The settings by their place; their names are `texts.SETTINGS`. The person can change the four before the erasure.
 */
const SET_ABOUT = 0;
const SET_CLOCK = 1;
const SET_BATTERY = 2;
const SET_SCREEN = 3;
const SET_LIGHT = 4;
const SET_TYPES = 5;
export const SET_PIN = 6;
export const SET_ERASE = 7;
const SET_BACK = 8;
const SETTINGS_COUNT = 9;

/**
 * The part of the view model that the settings read and change; `setting` is the place of the setting that is shown.
 */
interface SettingsModel {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly time: Timekeeper;
  readonly state: State;
  readonly now: Now;
  setting: number;
}

/** Whether the setting only shows a fact or leads back, so that nothing can be changed. */
export function isFixed(setting: number): boolean {
  return setting === SET_BACK || setting < SET_SCREEN;
}

/** Goes to the next setting that this board and its policy have. */
export function stepSetting(model: SettingsModel, by: number): void {
  const state = model.state;
  let place = model.setting;
  do place = (place + by + SETTINGS_COUNT) % SETTINGS_COUNT;
  while (
    (place === SET_BATTERY && model.ports.power.battery() < 0) ||
    (place === SET_TYPES && !(state.typing && (model.ports.keyboard.ready || state.types))) ||
    (place === SET_PIN && !state.pinDigits)
  );
  model.setting = place;
}

/** Changes the setting that is shown. Returns false if memory did not answer. */
export function changeSetting(model: SettingsModel): boolean {
  const state = model.state;
  const place = model.setting;
  if (place > SET_TYPES) return true;
  if (place === SET_SCREEN) {
    state.screenSeconds *= 2;
    if (state.screenSeconds > SCREEN_SECONDS_MAX) state.screenSeconds = SCREEN_SECONDS_MIN;
  } else if (place === SET_TYPES) state.types = 1 - state.types;
  else {
    state.light = (state.light + 1) % 3;
    model.ports.display.light(state.light);
  }
  return state.save();
}

/** Returns the value of the setting that is shown. */
export function settingText(model: SettingsModel): string {
  const place = model.setting;
  const state = model.state;
  const facts = model.ports.facts;
  if (place === SET_ABOUT) {
    // Owners write it PF-7Q4M-K2XZ: in the alphabet of pairing codes, without the check characters.
    const serial = pairingCodeOf(facts.serial);
    const owner = texts.OWNERS.split(',')[model.vault.state] as string;
    return `${facts.board} ${facts.firmware} pf-${serial.slice(0, 4)}-${serial.slice(4, 8)} ${owner}`;
  }
  if (place === SET_CLOCK) {
    if (model.time.unset) return texts.NOT_SET;
    return `${utcText(model.now.utc)} ${errorText(model)}`;
  }
  if (place === SET_BATTERY) return `${model.ports.power.battery()}%`;
  if (place === SET_SCREEN) return `${state.screenSeconds} s`;
  if (place === SET_LIGHT) return `${state.light + 1}/3`;
  if (place === SET_TYPES) return state.types ? texts.ON : texts.OFF;
  return place === SET_ERASE ? texts.HOLD_TO_ERASE : '';
}

/** Returns the largest error that the clock may have. */
export function errorText(model: SettingsModel): string {
  return `+-${model.time.error}s`;
}
