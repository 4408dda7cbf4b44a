import { pairingCodeOf } from '@passfob/protocol/pairing';
import { has } from './base/bits.ts';
import { SCREEN_SECONDS_MAX, SCREEN_SECONDS_MIN } from './base/limits.ts';
import * as texts from './base/texts.ts';
import { utcText } from './date.ts';
import type { Person } from './person.ts';
import { ARE_FIXED, SETTING, SETTINGS_COUNT } from './setting-rows.ts';

/** Whether the setting only shows a fact or leads back, so that nothing can be changed. */
export function isFixed(setting: number): boolean {
  return has(ARE_FIXED, setting) > 0;
}

/** Goes to the next setting that this board and its policy have. */
export function stepSetting(person: Person, by: number): void {
  const state = person.state;
  let place = person.setting;
  do place = (place + by + SETTINGS_COUNT) % SETTINGS_COUNT;
  while (
    (place === SETTING.battery && person.ports.power.battery() < 0) ||
    (place === SETTING.types && !(state.typing && (person.ports.keyboard.ready || state.types))) ||
    (place === SETTING.pin && !state.pinDigits)
  );
  person.setting = place;
}

/** Changes the setting that is shown. Returns false if memory did not answer. */
export function changeSetting(person: Person): boolean {
  const state = person.state;
  const place = person.setting;
  if (place > SETTING.types) return true;
  if (place === SETTING.screen) {
    state.screenSeconds *= 2;
    if (state.screenSeconds > SCREEN_SECONDS_MAX) state.screenSeconds = SCREEN_SECONDS_MIN;
  } else if (place === SETTING.types) state.types = 1 - state.types;
  else {
    state.light = (state.light + 1) % 3;
    person.ports.display.light(state.light);
  }
  return state.save();
}

/** Returns the value of the setting that is shown. */
export function settingText(person: Person): string {
  const place = person.setting;
  const state = person.state;
  const facts = person.ports.facts;
  if (place === SETTING.about) {
    // Owners write it PF-7Q4M-K2XZ: in the alphabet of pairing codes, without the check characters.
    const serial = pairingCodeOf(facts.serial);
    const owner = texts.OWNERS.split(',')[person.vault.state] as string;
    return `${facts.board} ${facts.firmware} pf-${serial.slice(0, 4)}-${serial.slice(4, 8)} ${owner}`;
  }
  if (place === SETTING.clock) {
    if (person.time.unset) return texts.NOT_SET;
    return `${utcText(person.now.utc)} ${errorText(person)}`;
  }
  if (place === SETTING.battery) return `${person.ports.power.battery()}%`;
  if (place === SETTING.screen) return `${state.screenSeconds} s`;
  if (place === SETTING.light) return `${state.light + 1}/3`;
  if (place === SETTING.types) return state.types ? texts.ON : texts.OFF;
  return place === SETTING.erase ? texts.HOLD_TO_ERASE : '';
}

/** Returns the largest error that the clock may have. */
export function errorText(person: Person): string {
  return `+-${person.time.error}s`;
}
