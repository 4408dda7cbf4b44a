import { CALL_US } from '../base/limits.ts';
import type { BoardWiring } from '../board/wiring/wiring.ts';
import type { Pins } from './pins.ts';
import { adopted } from './realm/adopted.ts';
import { wholeNumber } from './realm/bytes.ts';
import { type ImageListeners, type ImageObject, isFunction, type Named, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';
import type { Timer, Timers } from './timers.ts';
import { type WatchEvent, type Watches, watchOptions } from './watches.ts';

interface TimeParts {
  readonly realm: Realm;
  readonly facts: BoardWiring;
  readonly timers: Timers;
  readonly watches: Watches;
  readonly pins: Pins;
  readonly clock: DeviceClock;
  spend(us: number): void;
  /** Runs a function or a string of the image as an event. */
  call(self: Value, listeners: ImageListeners, args: readonly Value[]): void;
}

/** The interpreter's own clock: system time, set by `setTime`, lost with the power. */
export class DeviceClock {
  /** Returns the system time in µs. */
  readonly nowUs: () => number;
  readonly #settable: boolean;
  readonly #changed: (aheadUs: number) => void;
  #offsetUs: number;

  /** `startUs`: the time it shows now; `changed` is called when it is set, with its lead over system time. */
  constructor(options: {
    nowUs(): number;
    startUs: number;
    settable: boolean;
    changed(aheadUs: number): void;
  }) {
    this.nowUs = () => options.nowUs();
    this.#settable = options.settable;
    this.#changed = aheadUs => options.changed(aheadUs);
    this.#offsetUs = options.startUs - options.nowUs();
  }

  /** Returns the seconds since 1970 that it shows at `atUs` of system time. */
  seconds(atUs = this.nowUs()): number {
    return (atUs + this.#offsetUs) / 1e6;
  }

  set(seconds: number): void {
    if (!this.#settable) return;
    this.#offsetUs = seconds * 1e6 - this.nowUs();
    this.#changed(this.#offsetUs);
  }
}

function timerGlobals({ realm, timers, call }: TimeParts): Named {
  const start = (repeating: boolean, given: readonly Value[]): number => {
    const callback = given[0];
    const ms = given[1];
    const args = given.slice(2);
    if (!isFunction(callback) && typeof callback !== 'string') {
      throw realm.error('Function or String not supplied!');
    }
    return adding(realm, () =>
      timers.add(() => call(undefined, callback, args), realm.number(ms ?? Number.NaN), repeating),
    ).id;
  };
  const stop = (name: string, args: readonly Value[]): void => {
    if (args.length === 0) timers.clearAll();
    else if (args[0] === undefined)
      throw realm.error(`clear${name}(undefined) not allowed. Use clear${name}() instead`);
    else timers.clear(wholeNumber(args[0]));
  };
  return adopted(realm, {
    setTimeout: (...args) => start(false, args),
    setInterval: (...args) => start(true, args),
    clearTimeout: (...args) => stop('Timeout', args),
    clearInterval: (...args) => stop('Interval', args),
    changeInterval: (id, ms) => {
      if (!timers.change(wholeNumber(id), realm.number(ms))) throw realm.error('Unknown Interval');
    },
  });
}

function adding(realm: Realm, add: () => Timer): Timer {
  try {
    return add();
  } catch (error) {
    throw error instanceof RangeError ? realm.error(error.message) : error;
  }
}

function watchGlobals({ realm, facts, watches, pins, clock, call }: TimeParts): Named {
  const eventOf = (event: WatchEvent): ImageObject =>
    realm.object({
      state: event.state,
      lastTime: event.lastTimeUs === undefined ? undefined : clock.seconds(event.lastTimeUs),
      time: clock.seconds(event.timeUs),
      pin: pins.object(event.pin),
    });
  return adopted(realm, {
    setWatch: (callback, pin, asked) => {
      // The Linux build has no pins: a number names one, and nothing ever happens on it.
      const name = pins.nameOf(pin) ?? (facts.hosted ? `D${wholeNumber(pin)}` : undefined);
      if (name === undefined) throw realm.error('Invalid pin');
      const options = watchOptions(realm, asked, facts.pinAliases.BTN1 === name);
      if (!options) {
        throw realm.typeError("'edge' in setWatch should be 1, -1, 0, 'rising', 'falling' or 'both'");
      }
      if (!isFunction(callback) && typeof callback !== 'string') {
        throw realm.error('Function or String not supplied!');
      }
      return watches.add(name, pins.read(name), options, event =>
        call(undefined, callback, [eventOf(event)]),
      );
    },
    clearWatch: (...args) => {
      if (args.length === 0) watches.clearAll();
      else if (args[0] === undefined)
        throw realm.error('clearWatch(undefined) not allowed. Use clearWatch() instead');
      else if (!watches.clear(wholeNumber(args[0]))) throw realm.error('Unknown Watch');
    },
  });
}

/** `getTime`, `setTime`, timers and watches. */
export function timeGlobals(parts: TimeParts): Named {
  return {
    ...timerGlobals(parts),
    ...watchGlobals(parts),
    ...adopted(parts.realm, {
      // Reading the clock takes time, so that an image that polls it in a loop gets to its end.
      getTime: () => {
        parts.spend(CALL_US);
        return parts.clock.seconds();
      },
      setTime: seconds => parts.clock.set(parts.realm.number(seconds)),
    }),
  };
}
