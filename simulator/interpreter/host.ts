import type { Randomness } from '../base/randomness.ts';
import type { BoardWiring, PortName } from '../boards/board.ts';
import type { Files } from '../parts/files.ts';
import type { Flash } from '../parts/flash.ts';
import type { Glass } from '../parts/glass.ts';
import type { I2cBus } from '../parts/i2c-bus.ts';
import type { Radio } from '../parts/radio.ts';
import type { UsbHost } from '../parts/usb-host.ts';
import type { BangleSystem } from './bangle-system.ts';
import type { Console, ConsoleLog } from './console.ts';
import type { Pins } from './pins.ts';
import type { SerialPorts } from './ports.ts';
import type { Realm, Value } from './realm.ts';
import type { StorageFiles } from './storage-files.ts';
import type { TextLog } from './text-log.ts';
import type { DeviceClock } from './time-globals.ts';
import type { Timers } from './timers.ts';
import type { Watches } from './watches.ts';

/** The microcontroller and what is soldered to it, as one boot of the interpreter meets it. */
export interface Hardware {
  readonly facts: BoardWiring;
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
  readonly chance: Randomness;
  nowUs(): number;
  spend(us: number): void;
  /** What the interpreter's own clock shows at power on, in µs since 1970. */
  readonly clockStartUs: number;
  /** Its seconds in one of true time. */
  readonly clockRate: number;
  /** It was set, and is so far ahead now. */
  clockSet(aheadUs: number): void;
  /** Calls back unless what it returns is called first. */
  after(us: number, action: () => void): () => void;
  level(pin: string): boolean;
  supplyVolts(): number;
  allowDeepSleep(allowed: boolean): void;
  send(port: PortName, bytes: Uint8Array): void;
  drawnOn(log: TextLog): void;
  /** Calls back after so long unless cancelled by another call; 0 cancels. */
  watchdog(us: number): void;
}

/** What one boot's globals are made from. */
export interface Tools {
  readonly hardware: Hardware;
  readonly realm: Realm;
  readonly repl: Console;
  readonly timers: Timers;
  readonly watches: Watches;
  readonly ports: SerialPorts;
  readonly storage: StorageFiles;
  readonly pins: Pins;
  readonly clock: DeviceClock;
  /** The watch around the interpreter, on a Bangle. */
  readonly bangle: BangleSystem | undefined;
  call(self: Value, listeners: Value, args: readonly Value[]): void;
  /** The same as an event of the idle loop. */
  queue(self: Value, listeners: Value, args: readonly Value[]): void;
  /** Leaves the image at once and resets. */
  reboot(): void;
  /** Resets once the current event is over. */
  restart(ending: 'load' | 'reset'): void;
  enableWatchdog(seconds: number, automatic: boolean): void;
  kickWatchdog(): void;
}
