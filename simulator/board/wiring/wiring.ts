import type { BoardName, EspruinoVersion } from '../../base/fob.ts';
import type { FlashTiming } from './flash-timing.ts';
import type { I2cDriver } from './i2c-driver.ts';

export type PortName = 'USB' | 'Serial1' | 'Serial2' | 'Bluetooth';
/** The path of frames: a port, or HID reports. */
export type LinkName = PortName | 'HID';

/** A touch gesture on the screen of a watch that acts as a key. */
export interface Touch {
  /** A tap, in pixels. */
  readonly x: number;
  readonly y: number;
  /** A swipe instead of a tap, as in the `swipe` event: -1 left or up, 1 right or down. */
  readonly swipe?: readonly [number, number];
}

/** Facts that only a Bangle.js has: globals `g`, `Bangle` and `NRF`. */
export interface BangleFacts {
  readonly width: number;
  readonly height: number;
  /** Keys after those of `keyPins`. */
  readonly touches: readonly Touch[];
  /** Percent. */
  readonly battery: number;
  /** Bytes of the longest write to its Bluetooth UART: the MTU without three bytes. */
  readonly writeBytes: number;
}

/** Facts of a board, as its Espruino build has them. */
export interface BoardWiring {
  readonly name: BoardName;
  /** `process.env.BOARD`. */
  readonly build: string;
  /** `process.env.VERSION`. */
  readonly version: EspruinoVersion;
  /** JavaScript variables the build has. */
  readonly variables: number;
  /** A longer string is flat: one piece of memory, which cannot grow (JSV_FLAT_STRING_BREAK_EVEN). */
  readonly flatAbove: number;
  /** Size of the queue of inputs (IOBUFFERMASK + 1), and of its longest event (IOEVENT_MAX_LEN). */
  readonly queueBytes: number;
  readonly eventBytes: number;
  /** `at` is where Storage begins in the address space. */
  readonly flash: {
    readonly at: number;
    readonly pageBytes: number;
    readonly pages: number;
    readonly timing: FlashTiming;
  };
  /** Bytes of the microcontroller's own number. */
  readonly serialBytes: number;
  readonly link: LinkName;
  /** Bytes of a USB HID input report, 0 if the build has no USB HID. */
  readonly hidReportBytes: number;
  /** Port of the console at boot, while the board is plugged into a host. */
  readonly consolePort: PortName;
  readonly ports: readonly PortName[];
  /** Pins of the keys, in their order on the case. */
  readonly keyPins: readonly string[];
  /** Level of a pressed key. A released one that leads to ground is at no level of its own. */
  readonly pressed: 'high' | 'low';
  readonly pins: readonly string[];
  /** The pin that is high while a USB cable supplies the board, if it has one. */
  readonly cablePin: string | undefined;
  /** Other names of pins. */
  readonly pinAliases: Readonly<Record<string, string>>;
  /** Pins of I2C1 that the display and clock modules are soldered to. */
  readonly i2c: { readonly scl: string; readonly sda: string; readonly driver: I2cDriver } | undefined;
  readonly hashes: readonly ('SHA1' | 'SHA224' | 'SHA256' | 'SHA384' | 'SHA512')[];
  /** `AES.encrypt` and `decrypt`, and `require("crypto").AES`. */
  readonly aesModes: boolean;
  readonly nativeCcm: boolean;
  readonly pbkdf2: boolean;
  /** The Linux interpreter: real time, `rand()` as randomness, files. */
  readonly hosted: boolean;
  readonly bangle: BangleFacts | undefined;
  /** An STM32F4: time from an oscillator or a crystal, and deep sleep. */
  readonly stm32: boolean;
  /** What its clock shows at a start: the first date of an RTC, 0, or with an nRF52 a count that survives a reset. */
  readonly clockStarts: 'RTC' | 'zero' | 'kept';
}
