import type { BoardName } from '../fob.ts';

export type PortName = 'USB' | 'Serial1' | 'Serial2';
/** Where frames travel: a port, or HID reports. */
export type LinkName = PortName | 'HID';

/** Facts of a board, as its Espruino build has them. */
export interface BoardFacts {
  readonly name: BoardName;
  /** `process.env.BOARD`. */
  readonly build: string;
  /** `process.env.VERSION`. */
  readonly version: string;
  /** JavaScript variables the build has. */
  readonly variables: number;
  /** `at` is where Storage begins in the address space. */
  readonly flash: { readonly at: number; readonly pageBytes: number; readonly pages: number };
  readonly link: LinkName;
  /** Bytes of a USB HID input report, 0 where the build has no USB HID. */
  readonly hidReportBytes: number;
  /** Where the console is at boot, the board being plugged into a host. */
  readonly consolePort: PortName;
  readonly ports: readonly PortName[];
  /** Pins by which keys are wired, in the order of the case. Pressed is high. */
  readonly keyPins: readonly string[];
  readonly pins: readonly string[];
  /** Further names of pins. */
  readonly pinAliases: Readonly<Record<string, string>>;
  /** Pins of I2C1 that the display and clock modules are soldered to. */
  readonly i2c: { readonly scl: string; readonly sda: string } | undefined;
  readonly hashes: readonly ('SHA1' | 'SHA224' | 'SHA256' | 'SHA384' | 'SHA512')[];
  readonly nativeCcm: boolean;
  /** The Linux interpreter: real time, `rand()` as its randomness, files. */
  readonly hosted: boolean;
}
