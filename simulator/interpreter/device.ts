import type { Randomness } from '../base/randomness.ts';
import type { Files } from '../board/chips/files.ts';
import type { Flash } from '../board/chips/flash.ts';
import type { Glass } from '../board/chips/glass.ts';
import type { I2cBus } from '../board/chips/i2c-bus.ts';
import type { Radio } from '../board/chips/radio.ts';
import type { Stm32Clock } from '../board/chips/stm32-clock.ts';
import type { SystemClock } from '../board/chips/system-clock.ts';
import type { UsbHost } from '../board/chips/usb-host.ts';
import type { BoardWiring, PortName } from '../board/wiring/wiring.ts';
import type { BangleSystem } from './bangle-system.ts';
import type { Console, ConsoleLog } from './console.ts';
import type { MakeContext } from './contexts/image-context.ts';
import type { TextLog } from './graphics/text-log.ts';
import type { Pins } from './pins.ts';
import type { SerialPorts } from './ports.ts';
import type { ImageListeners, Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';
import type { StorageFiles } from './storage/storage-files.ts';
import type { DeviceClock } from './time-globals.ts';
import type { Timers } from './timers.ts';
import type { Watches } from './watches.ts';

/** The microcontroller and its parts, as one boot of the interpreter sees them. */
export interface BootDevice {
  readonly facts: BoardWiring;
  readonly makeContext: MakeContext;
  readonly flash: Flash;
  readonly files: Files;
  readonly i2c: I2cBus;
  readonly log: ConsoleLog;
  readonly glass: Glass;
  readonly radio: Radio;
  readonly usb: UsbHost;
  /** Twelve bytes. */
  readonly serial: Uint8Array;
  /** Randomness of this boot. */
  readonly randomness: Randomness;
  nowUs(): number;
  spend(us: number): void;
  /** Time on the interpreter's own clock at power on, in µs since 1970. */
  readonly clockStartUs: number;
  /** System time, in which that clock, timers and watches count. */
  readonly systemClock: SystemClock;
  /** The register that turns the crystal of an STM32 off; undefined elsewhere. */
  readonly crystal: Stm32Clock | undefined;
  /** Called when the clock is set, with its new lead over system time. */
  clockSet(aheadUs: number): void;
  /** Runs `action` after a time, unless the returned function is called first. */
  after(us: number, action: () => void): () => void;
  level(pin: string): boolean | undefined;
  supplyVolts(): number;
  allowDeepSleep(allowed: boolean): void;
  send(port: PortName, bytes: Uint8Array): void;
  drawnOn(log: TextLog): void;
  /** Counts one native call of the crypto library. False if it has to answer undefined. */
  hasMemory(): boolean;
  /** Starts the watchdog, which bites after this time unless it is started again; 0 stops it. */
  watchdog(us: number): void;
}

/** The parts from which the globals of one boot are made. */
export interface SessionParts {
  readonly device: BootDevice;
  readonly realm: Realm;
  readonly repl: Console;
  readonly timers: Timers;
  readonly watches: Watches;
  readonly ports: SerialPorts;
  readonly storage: StorageFiles;
  readonly pins: Pins;
  readonly clock: DeviceClock;
  /** On a Bangle: the watch's firmware around the interpreter. */
  readonly bangle: BangleSystem | undefined;
  call(self: Value, listeners: ImageListeners, args: readonly Value[]): void;
  /** Does the same as an event of the idle loop. */
  queue(self: Value, listeners: ImageListeners, args: readonly Value[]): void;
  /** Leaves the image at once and resets. */
  reboot(): void;
  /** Resets once the current event is over. */
  restart(ending: 'load' | 'reset'): void;
  enableWatchdog(seconds: number, automatic: boolean): void;
  kickWatchdog(): void;
}
