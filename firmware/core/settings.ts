import { PAIRING_ALPHABET } from '../../protocol/pairing.ts';
import { utcText } from './date.ts';
import { SCREEN_SECONDS_MAX, SCREEN_SECONDS_MIN } from './limits.ts';
import type { Now, Ports } from './ports.ts';
import type { View } from './screens/view.ts';
import type { State } from './state.ts';
import * as texts from './texts.ts';
import { CLOCK_UNSET, type Timekeeper } from './timekeeper.ts';
import { VAULT_OWNED, type Vault } from './vault/vault.ts';

/** The settings by their place; their names are `texts.SETTING_NAMES`. */
const SET_ABOUT = 0;
const SET_CLOCK = 1;
const SET_BATTERY = 2;
const SET_SCREEN = 3;
const SET_LIGHT = 4;
const SET_TYPES = 5;
export const SET_PIN = 6;
export const SET_ERASE = 7;
export const SET_BACK = 8;
const SETTINGS_COUNT = 9;

/** What the person can look at and change. */
export class Settings {
  private readonly ports: Ports;
  private readonly vault: Vault;
  private readonly time: Timekeeper;
  private readonly state: State;
  private readonly now: Now;
  place: number;

  constructor(ports: Ports, vault: Vault, time: Timekeeper, state: State, now: Now) {
    this.ports = ports;
    this.vault = vault;
    this.time = time;
    this.state = state;
    this.now = now;
    this.place = 0;
  }

  /** The next one that this board and its policy have. */
  step(by: number): void {
    const place = (this.place + by + SETTINGS_COUNT) % SETTINGS_COUNT;
    this.place = place;
    const state = this.state;
    const isMissing =
      (place === SET_BATTERY && this.ports.power.battery() < 0) ||
      (place === SET_TYPES && ((state.typing & 1) === 0 || !(this.ports.keyboard.ready || state.types))) ||
      (place === SET_PIN && state.pinDigits === 0);
    if (isMissing) this.step(by);
  }

  /** Changes the one shown. False when memory did not answer. */
  change(): boolean {
    const state = this.state;
    const place = this.place;
    if (place === SET_SCREEN) {
      const seconds = state.screenSeconds * 2;
      state.screenSeconds = seconds > SCREEN_SECONDS_MAX ? SCREEN_SECONDS_MIN : seconds;
    } else if (place === SET_LIGHT) {
      state.light = (state.light + 1) % 3;
      this.ports.display.light(state.light);
    } else if (place === SET_TYPES) state.types = 1 - state.types;
    else return true;
    return state.save();
  }

  fill(view: View): void {
    const place = this.place;
    const state = this.state;
    view.title = texts.SETTING_NAMES.split(',')[place] as string;
    view.detail = '';
    if (place === SET_ABOUT) view.detail = this.about();
    else if (place === SET_CLOCK) view.detail = this.clock();
    else if (place === SET_BATTERY) view.detail = `${this.ports.power.battery()}%`;
    else if (place === SET_SCREEN) view.detail = `${state.screenSeconds} s`;
    else if (place === SET_LIGHT) view.detail = `${state.light + 1}/3`;
    else if (place === SET_TYPES) view.detail = texts.ON_OFF.split(',')[state.types] as string;
    else if (place === SET_ERASE) view.detail = texts.HOLD_TO_ERASE;
    if (place >= SET_SCREEN && place < SET_ERASE) view.hint = texts.CHANGE;
    else if (place === SET_BACK) view.hint = texts.GO;
  }

  /** Board, firmware and the serial as owners read it (`PF-7Q4M-K2XZ`). */
  private about(): string {
    const facts = this.ports.facts;
    const serial = facts.serial;
    let text = `${facts.board} ${facts.firmware} PF`;
    for (let i = 0; i < 8; i++) {
      // Five bits of a byte and the one after it.
      const at = (i * 5) >> 3;
      const pair = ((serial[at] as number) << 8) | ((serial[at + 1] as number) & 255);
      if ((i & 3) === 0) text += '-';
      const code = PAIRING_ALPHABET.charCodeAt((pair >> (11 - ((i * 5) & 7))) & 31);
      text += String.fromCharCode(code > 96 ? code - 32 : code);
    }
    return `${text} ${this.vault.state === VAULT_OWNED ? texts.OWNED : texts.NO_OWNER}`;
  }

  private clock(): string {
    const time = this.time;
    if (time.state === CLOCK_UNSET) return texts.NOT_SET;
    return `${utcText(this.now.utc)} +-${time.error} s`;
  }
}
