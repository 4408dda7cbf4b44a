import { textOf } from '../base/bytes.ts';
import type { Insides, WristMovement } from '../base/fob.ts';
import { EMIT_MAX_ARGUMENTS } from '../base/limits.ts';
import type { LinkName, Touch } from '../board/wiring/wiring.ts';
import { Leaving, PowerLost } from '../faults/operations.ts';
import { BangleSystem } from './bangle-system.ts';
import { Console } from './console.ts';
import type { BootDevice, SessionParts } from './device.ts';
import { boardGlobals } from './globals.ts';
import { InputQueue } from './input-queue.ts';
import { Pins } from './pins.ts';
import { SerialPorts } from './ports.ts';
import { describe } from './realm/describe.ts';
import {
  type ImageListeners,
  ImageObject,
  isFunction,
  isRecord,
  type Named,
  type Value,
} from './realm/held.ts';
import { isArray } from './realm/kinds.ts';
import { Realm } from './realm/realm.ts';
import { compact } from './storage/storage-compaction.ts';
import { StorageFiles } from './storage/storage-files.ts';
import { DeviceClock } from './time-globals.ts';
import { Timers } from './timers.ts';
import { Watches } from './watches.ts';

/** Thrown to leave the image immediately for a reset. */
class Reset extends Leaving {}

/** `reboot` resets the microcontroller, `load` and `reset` only the interpreter. */
export type Ending = 'reboot' | 'load' | 'reset';

/** One boot: a context, the code in it, and its idle loop. It ends with a power cut or a reset. */
export class InterpreterSession {
  readonly #device: BootDevice;
  readonly #clock: DeviceClock;
  readonly #realm: Realm;
  readonly #repl: Console;
  readonly #timers: Timers;
  readonly #watches: Watches;
  readonly #ports: SerialPorts;
  readonly #storage: StorageFiles;
  readonly #bangle: BangleSystem | undefined;
  readonly #parts: SessionParts;
  readonly #inputs: InputQueue;
  #events: { self: Value; listeners: ImageListeners; args: readonly Value[] }[] = [];
  #globals: Named = {};
  #dead = false;
  #ending: Ending | undefined;
  /** The image's listener for exceptions is running. */
  #telling = false;
  #watchdogUs = 0;
  #watchdogAutomatic = true;

  /** @param before the session that ended without a reset of the microcontroller: a forced console stays where it is */
  constructor(device: BootDevice, before?: InterpreterSession) {
    this.#device = device;
    this.#inputs = new InputQueue(device.facts);
    this.#clock = new DeviceClock({
      nowUs: () => device.systemClock.at(device.nowUs()),
      startUs: device.clockStartUs,
      settable: !device.facts.hosted,
      changed: aheadUs => device.clockSet(aheadUs),
    });
    this.#realm = this.#makeRealm();
    this.#repl = new Console({
      port: device.facts.consolePort,
      log: device.log,
      send: (port, bytes) => device.send(port, bytes),
      evaluate: source => this.#run(() => this.#shown(this.#realm.evaluate(source, 'REPL'))),
    });
    const left = before === undefined ? undefined : before.#repl;
    if (left?.forced) this.#repl.moveTo(left.port, true);
    this.#timers = new Timers(() => this.#clock.nowUs());
    this.#watches = new Watches(this.#timers);
    this.#storage = new StorageFiles(device.flash, files => compact(files, text => this.#repl.print(text)));
    this.#ports = new SerialPorts(
      {
        realm: this.#realm,
        repl: this.#repl,
        send: (port, bytes) => device.send(port, bytes),
        queue: (self, listeners, args) => this.#queue(self, listeners, args),
        call: (self, listeners, args) => this.#call(self, listeners, args),
      },
      device.facts,
    );
    this.#bangle = device.facts.bangle && this.#makeBangle();
    this.#parts = this.#makeParts();
    this.#globals = boardGlobals(this.#parts);
    this.#realm.defineGlobals(this.#globals);
  }

  #makeBangle(): BangleSystem {
    const device = this.#device;
    return new BangleSystem({
      glass: device.glass,
      nowUs: () => device.nowUs(),
      after: (us, action) => device.after(us, action),
      watchdog: us => device.watchdog(us),
      load: () => {
        this.#ending = 'load';
      },
      emit: (event, args) => {
        const bangle = this.#globals.Bangle;
        if (!isRecord(bangle)) return;
        const listeners = this.#realm.get(bangle, `#on${event}`);
        const values = args.map(each => (typeof each === 'object' ? this.#realm.object(each) : each));
        if (listeners) this.#queue(bangle, listeners, values);
      },
    });
  }

  #makeParts(): SessionParts {
    const device = this.#device;
    return {
      device,
      realm: this.#realm,
      repl: this.#repl,
      timers: this.#timers,
      watches: this.#watches,
      ports: this.#ports,
      storage: this.#storage,
      pins: new Pins(this.#realm, device.facts, pin => device.level(pin)),
      clock: this.#clock,
      bangle: this.#bangle,
      call: (self, listeners, args) => this.#call(self, listeners, args),
      queue: (self, listeners, args) => this.#queue(self, listeners, args),
      reboot: () => {
        this.#ending = 'reboot';
        throw new Reset();
      },
      restart: ending => {
        this.#ending = ending;
      },
      enableWatchdog: (seconds, automatic) => this.#enableWatchdog(seconds, automatic),
      kickWatchdog: () => (this.#bangle ? this.#bangle.kickWatchdog() : device.watchdog(this.#watchdogUs)),
    };
  }

  #makeRealm(): Realm {
    const { randomness, makeContext } = this.#device;
    return new Realm(makeContext(), {
      alive: () => this.#alive(),
      nowMs: () => Math.floor(this.#clock.seconds() * 1000),
      random: () => randomness.fraction(),
      randomWord: () => randomness.word(),
      listening: target => this.#ports.listening(target),
      queue: (self, listeners, args) => this.#queue(self, listeners, args),
      unhandled: reason => this.#repl.print(`Unhandled promise rejection: ${this.#realm.text(reason)}\n`),
    });
  }

  #alive(): void {
    if (this.#dead) throw new PowerLost();
    if (this.#ending === 'reboot') throw new Reset();
  }

  #enableWatchdog(seconds: number, automatic: boolean): void {
    this.#watchdogUs = seconds * 1e6;
    this.#watchdogAutomatic = automatic;
    this.#device.watchdog(automatic ? 0 : this.#watchdogUs);
  }

  /** Stops all work of this boot after a power cut. */
  kill(): void {
    this.#dead = true;
    this.#bangle?.stop();
    this.#inputs.clear();
    this.#events = [];
  }

  /** Resets from outside the image, for the watchdog. */
  reboot(): void {
    this.#ending = 'reboot';
  }

  /** The requested end of this boot, if any. */
  get ending(): Ending | undefined {
    return this.#dead ? undefined : this.#ending;
  }

  /**
   * Runs the boot files in Espruino's order. A first boot checks Storage and erases all of it if
   * it is damaged; after `reset()` `.bootcde` does not run.
   */
  boot(first: boolean, afterReset: boolean): void {
    if (first && !this.#run(() => this.#storage.isSound())) {
      // A Bangle does not erase it but shows a menu, from which people can repair it.
      if (this.#bangle) {
        this.#repl.print('Storage is corrupt.\n');
        return;
      }
      this.#run(() => this.#eraseStorage());
    }
    const names = ['.boot0', '.boot1', '.boot2', '.boot3'];
    if (first) names.unshift('.bootPowerOn');
    for (const name of names) this.#runFile(name);
    const replaced = this.#storage.find('.bootrst') !== undefined;
    if (replaced) this.#runFile('.bootrst');
    else if (!afterReset) this.#runFile('.bootcde');
    this.#prompt();
  }

  /** Called when there is nothing else to do. */
  #prompt(): void {
    if (!this.#dead && !this.#ending && this.#repl.port !== undefined) this.#repl.settle();
  }

  #eraseStorage(): void {
    this.#repl.print('Storage is corrupt.\nErasing Storage Area...\n');
    this.#storage.eraseAll();
    this.#repl.print('Erase complete.\n');
  }

  #runFile(name: string): void {
    if (this.#dead || this.#ending) return;
    const file = this.#storage.find(name);
    if (!file) return;
    const source = textOf(this.#storage.flash.read(file.dataAt, file.header.size));
    this.#run(() => this.#realm.evaluate(source, name));
  }

  /** Takes bytes from the wire. */
  receive(port: LinkName, bytes: Uint8Array): void {
    if (port !== 'HID') this.#inputs.receive(port, bytes);
    else if (this.#bangle) this.#inputs.report(() => this.#emit('NRF', 'HID', [bytes[0]]));
    else this.#inputs.report(() => this.#emit('E', 'HID', [textOf(bytes)]));
  }

  /** Calls listeners on a global at once; false if there are none. */
  #emit(name: string, event: string, args: readonly Value[]): boolean {
    const target = this.#realm.global(name);
    const found = isRecord(target) ? this.#realm.get(target, `#on${event}`) : undefined;
    const listeners = isArray(found) ? this.#realm.elements(found) : [];
    this.#call(target, listeners, args);
    return listeners.length > 0;
  }

  /** Takes a change of a pin at a true time, perhaps while it was busy. The interrupt notes the time at once. */
  pinChanged(pin: string, level: boolean, atUs: number): void {
    const timeUs = this.#device.systemClock.at(atUs);
    if (this.#bangle && this.#device.facts.keyPins.includes(pin) && !this.#bangle.button(level)) return;
    this.#inputs.pin(() => this.#watches.edge(pin, level, timeUs));
  }

  /** Takes a touch on the screen of a watch. */
  touched(touch: Touch): void {
    this.#bangle?.touched(touch);
  }

  /** Takes a movement of a watch. */
  moved(movement: WristMovement): void {
    this.#bangle?.moved(movement);
  }

  /** Whether an edge of the pin makes an interrupt, which also wakes the processor. */
  listensTo(pin: string): boolean {
    return this.#watches.listensTo(pin);
  }

  /** Timers and watches that the image has set. */
  inUse(): Pick<Insides, 'timers' | 'watches'> {
    const nowUs = this.#clock.nowUs();
    const timers = this.#timers.all.map(({ dueUs, intervalUs }) => ({
      dueMs: Math.max(0, (dueUs - nowUs) / 1000),
      everyMs: intervalUs === undefined ? undefined : intervalUs / 1000,
    }));
    return { timers, watches: this.#watches.pins };
  }

  /** True time of its next work. */
  nextDueUs(): number {
    const { systemClock } = this.#device;
    const nowUs = this.#device.nowUs();
    if (!this.#inputs.isEmpty || this.#events.length > 0 || this.ending) return nowUs;
    const dueUs = this.#timers.nextDueUs();
    return Number.isFinite(dueUs) ? systemClock.when(dueUs, nowUs) : dueUs;
  }

  /** Handles the inputs that are in the queue now. */
  #handleInputs(): void {
    this.#inputs.admit();
    for (let left = this.#inputs.length; left > 0; left--) {
      const input = this.#inputs.take();
      if (input?.port === undefined) this.#run(() => input?.run());
      else {
        const { port, bytes } = input;
        this.#run(() => this.#ports.received(port, bytes, () => this.#inputs.takeMore(port)));
      }
    }
  }

  /** Runs one pass of the idle loop: inputs, timers, queued events. */
  idle(): void {
    this.#handleInputs();
    this.#run(() => this.#timers.pass(this.#clock.nowUs()));
    while (this.#events.length > 0 && !this.#dead) {
      const event = this.#events.shift();
      if (event) this.#call(event.self, event.listeners, event.args);
    }
    // A drawing appears when nothing is left to do (jswrap_bangle.c).
    if (this.#bangle) this.#run(() => this.#flip(this.#globals.g as ImageObject));
    if (this.#watchdogUs > 0 && this.#watchdogAutomatic) this.#device.watchdog(0);
    this.#prompt();
  }

  #queue(self: Value, listeners: ImageListeners, args: readonly Value[]): void {
    if (args.length > EMIT_MAX_ARGUMENTS) throw this.#realm.typeError('Too many arguments (>4)');
    this.#events.push({ self, listeners, args: [...args] });
  }

  #call(self: Value, listeners: ImageListeners, args: readonly Value[]): void {
    if (typeof listeners === 'object' && listeners !== null && !(listeners instanceof ImageObject)) {
      for (const listener of listeners) this.#call(self, listener, args);
    } else if (isArray(listeners)) {
      this.#call(self, this.#realm.elements(listeners), args);
    } else if (isFunction(listeners)) {
      this.#run(() => this.#realm.call(listeners, self, args));
    } else if (typeof listeners === 'string') {
      this.#run(() => this.#realm.evaluate(listeners, 'event'));
    }
  }

  /** Draws as the image's own function does. */
  #flip(graphics: ImageObject): void {
    const flip = this.#realm.get(graphics, 'flip');
    if (isFunction(flip)) this.#realm.call(flip, graphics, []);
  }

  /** Returns the value of a line as the console shows it. */
  #shown(value: Value): string {
    return typeof value === 'string' ? JSON.stringify(value) : describe(this.#realm, value);
  }

  /** An exception is not printed if the image listens for it (jsinteractive.c, jsiCheckErrors). */
  #uncaught(error: unknown): void {
    const isNested = this.#telling;
    this.#telling = true;
    try {
      const value = this.#realm.exceptionOf(error);
      if (isNested || !this.#emit('process', 'uncaughtException', [value])) {
        this.#repl.print(`Uncaught ${describe(this.#realm, value)}\n`);
      }
    } catch (again) {
      // The image throws while its exception is looked at.
      if (!this.#realm.isLeaving(again)) this.#repl.print('Uncaught exception\n');
    } finally {
      this.#telling = isNested;
    }
  }

  /** Runs code of the image. Prints its exceptions and continues. */
  #run<T>(action: () => T): T | undefined {
    if (this.#dead || this.#ending === 'reboot') return undefined;
    try {
      return action();
    } catch (error) {
      if (!this.#dead && !this.#realm.isLeaving(error)) this.#uncaught(error);
      return undefined;
    }
  }
}
