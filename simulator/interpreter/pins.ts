import type { BoardWiring } from '../board/wiring/wiring.ts';
import { adopted } from './realm/adopted.ts';
import { ByObject, type ImageObject, type Named, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';

/** Levels from outside the microcontroller: pin name to high or low; undefined where nothing is connected. */
export type Levels = (pin: string) => boolean | undefined;

/** The pins as globals and objects, and the levels that the image drives. */
export class Pins {
  readonly #realm: Realm;
  readonly #levels: Levels;
  readonly #names = new ByObject<string>();
  readonly #objects = new Map<string, ImageObject>();
  /** Levels of outputs. */
  readonly #driven = new Map<string, boolean>();
  readonly #modes = new Map<string, string>();
  readonly #watchers = new Map<string, (rising: boolean) => void>();

  constructor(realm: Realm, facts: BoardWiring, levels: Levels) {
    this.#realm = realm;
    this.#levels = levels;
    const prototype = this.#methods();
    for (const name of facts.pins) {
      const pin = this.#realm.create(prototype);
      this.#names.set(pin, name);
      this.#objects.set(name, pin);
    }
    for (const [alias, name] of Object.entries(facts.pinAliases)) {
      const pin = this.#objects.get(name);
      if (pin) this.#objects.set(alias, pin);
    }
  }

  globals(): Named {
    return Object.fromEntries(this.#objects);
  }

  object(name: string): ImageObject | undefined {
    return this.#objects.get(name);
  }

  /** Returns the name of a pin given as an object or a string; undefined if it is none. */
  nameOf(value: Value): string | undefined {
    if (typeof value === 'string') {
      const pin = this.#objects.get(value);
      return pin && this.#names.get(pin);
    }
    return this.#names.get(value);
  }

  read(name: string): boolean {
    return this.#driven.get(name) ?? this.#levels(name) ?? this.#modes.get(name) === 'input_pullup';
  }

  /** Calls `watcher` whenever the image drives the pin or chooses its mode, with whether it rises. */
  watch(name: string, watcher: (rising: boolean) => void): void {
    this.#watchers.set(name, watcher);
  }

  write(name: string, high: boolean): void {
    const wasLow = this.#driven.get(name) === false;
    this.#driven.set(name, high);
    this.#watchers.get(name)?.(high && wasLow);
  }

  mode(name: string, mode: string): void {
    this.#modes.set(name, mode);
    this.#watchers.get(name)?.(false);
    if (mode.startsWith('input') || mode === 'analog') this.#driven.delete(name);
  }

  modeOf(name: string): string {
    return this.#modes.get(name) ?? (this.#driven.has(name) ? 'output' : 'input');
  }

  #methods(): ImageObject {
    const realm = this.#realm;
    const own = (self: Value): string => {
      const name = this.nameOf(self);
      if (name === undefined) throw realm.error('Invalid pin');
      return name;
    };
    const prototype = realm.object({});
    const define = (name: string, call: (pin: string, value: Value) => unknown) =>
      realm.hide(prototype, { [name]: realm.method((self, value) => call(own(self), value)) });
    define('read', pin => this.read(pin));
    define('write', (pin, value) => this.write(pin, Boolean(value)));
    define('set', pin => this.write(pin, true));
    define('reset', pin => this.write(pin, false));
    define('toggle', pin => {
      this.write(pin, !this.read(pin));
      return this.read(pin);
    });
    define('mode', (pin, mode) => this.mode(pin, realm.text(mode)));
    define('getMode', pin => this.modeOf(pin));
    define('toString', pin => pin);
    return prototype;
  }
}

/** `digitalRead`, `digitalWrite`, `pinMode`, `getPinMode`: one pin per call. */
export function pinGlobals(realm: Realm, pins: Pins): Named {
  const named = (value: Value): string | undefined => pins.nameOf(value);
  return adopted(realm, {
    digitalRead: pin => (pins.read(named(pin) ?? '') ? 1 : 0),
    digitalWrite: (pin, value) => {
      const name = named(pin);
      if (name === undefined) throw realm.error('Invalid pin!');
      pins.write(name, Boolean(value));
    },
    pinMode: (pin, mode) => {
      const name = named(pin);
      if (name !== undefined) pins.mode(name, realm.text(mode ?? 'input'));
    },
    getPinMode: pin => pins.modeOf(named(pin) ?? ''),
  });
}
