/**
 * What the rest of the simulator (fronts, faces, control) and other people's tests may know of a simulated
 * fob. `boot()` makes one; everything behind this interface is an Espruino board made of software.
 */

export type BoardName = 'pico' | 'pico-hid' | 'banglejs2' | 'bench';

/** Byte pipe of one of the board's ports, seen from outside the board. */
export interface Wire {
  /** Bytes into the board. Ignored while the power is off, as on a real cable. */
  write(bytes: Uint8Array): void;
  /** Bytes out of the board. Returns the function that stops listening. */
  onData(listener: (bytes: Uint8Array) => void): () => void;
}

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, row by row, 1 = lit: what the display controller's memory holds now. */
  readonly pixels: Uint8Array;
  /** One byte a pixel where there are colours: bit 0 red, 1 green, 2 blue. */
  readonly colours?: Uint8Array;
}

export interface Screen {
  /** False while the display controller is off or the power is cut. */
  readonly on: boolean;
  /** The strings on the display, top to bottom and left to right, for people who cannot see it and for tests. */
  readonly text: readonly string[];
  readonly bitmap: Bitmap;
  /** 0 to 1, on boards with a light behind the display. */
  readonly brightness?: number;
}

/** A computer that the board is a Bluetooth keyboard for. */
export interface BluetoothHost {
  /** Connects; where it is not bonded it gets no keys. */
  connect(bonded: boolean): void;
  disconnect(): void;
  /** Whether the board offers itself as a keyboard. */
  readonly offered: boolean;
  /** Every report that arrived, oldest first. */
  readonly reports: readonly Uint8Array[];
}

/** Where a board's non-volatile memories live between power cuts (EEPROM, flash, battery-backed clock). */
export interface StateStore {
  /** The whole image as it was last written, or undefined for a board that never ran. */
  load(): Uint8Array | undefined;
  /** Durable when it returns, even if this process is killed. */
  write(offset: number, bytes: Uint8Array): void;
  /** Releases what the store holds; called by `Fob.close`. */
  close?(): void;
}

/** What is soldered to the board's I2C bus; what is left out is there. */
export interface PartsOptions {
  readonly display?: boolean;
  readonly clock?: boolean;
  /** Default: the AT24C32 of the usual clock module. */
  readonly eeprom?: 'AT24C32' | 'AT24C256' | 'none';
}

/** A report that a computer at the fob's USB got. */
export interface HidReport {
  /** Virtual UTC in ms since 1970. */
  readonly atMs: number;
  /** Without the report's id. */
  readonly bytes: Uint8Array;
}

/** A computer at the board's USB that takes the place of the one which the simulator plays. */
export interface UsbComputer {
  /** Whether it asks for an input report now; until it does, the board keeps the one it has. */
  readonly isPolling: boolean;
  /** Takes the report it asked for: as the endpoint carries it, an id in front where the descriptor has ids. */
  onReport(report: Uint8Array): void;
}

/** The board's USB interface to HID, as the firmware below the image has it. */
export interface UsbHid {
  /** What the image offers as its report descriptor; undefined where it offers none, or the build has no HID. */
  readonly reportDescriptor: Uint8Array | undefined;
  /** Bytes of the longest input report. */
  readonly reportBytes: number;
  /** Whether the build hands reports from the computer to the image. */
  readonly takesReports: boolean;
  /** Of the processor, in hex: the serial number of the USB device. */
  readonly serialNumber: string;
  /** Leaves setting up and polling to `computer` from now on, or to the simulator again. */
  serve(computer: UsbComputer | undefined): void;
  /** The computer has chosen the device's configuration, or none. */
  configure(configured: boolean): void;
  /** An output report as the endpoint carries it. */
  write(report: Uint8Array): void;
}

export interface BootOptions {
  readonly board: BoardName;
  /** Files of the MCU's Storage, by name, written when the state is new. Default: the built image of the board. */
  readonly image?: Readonly<Record<string, Uint8Array>>;
  /** Further files "flashed" beside the image when the state is new, such as `birth` (32 random bytes). */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Default: memory of this process. */
  readonly storage?: StateStore;
  /** `virtual` (default): time moves only by `advance`, `press` and the work done. `real`: follows the machine. */
  readonly clock?: 'virtual' | 'real';
  /** Virtual UTC at boot in ms since 1970. Default: the machine's clock for `real`, 2026-01-01T00:00Z for `virtual`. */
  readonly startMs?: number;
  /** Seed of everything left to chance: torn bytes, hwRand, button bounce. Default 1. */
  readonly seed?: number;
  readonly parts?: PartsOptions;
  /** How much faster than true time the RTC's crystal runs, in parts per million. Default 0. */
  readonly driftPpm?: number;
}

/** How often parts of the non-volatile memories were used since this process booted the fob. */
export interface Wear {
  /** Writes by page of the EEPROM (32 bytes). */
  readonly eepromWrites: readonly number[];
  /** Erasures by page of the MCU's Storage. */
  readonly flashErases: readonly number[];
  /** Writes to the MCU's Storage. */
  readonly flashWrites: number;
}

export interface SimulatedFob {
  readonly board: BoardName;
  /**
   * What carries frames: the port `USB` on pico, `Bluetooth` on banglejs2, `Serial1` on bench, reports of `frames` on
   * pico-hid.
   */
  readonly link: Wire;
  serial(port: 'USB' | 'Serial1' | 'Serial2' | 'Bluetooth'): Wire;
  /** Absent on boards without Bluetooth. */
  readonly bluetooth: BluetoothHost | undefined;

  /** What the fob typed as a USB keyboard since it was booted, report by report. Empty where it is none. */
  readonly keyboard: readonly HidReport[];
  /** HID reports other than a keyboard's, to and from the board. Silent where its build hands none on. */
  readonly frames: Wire;
  /** For fronts: HID as a USB device has it. */
  readonly usbHid: UsbHid;
  /** Puts the USB cable into a computer, where it is at boot, or takes it out and leaves the fob to its battery. */
  setUsb(plugged: boolean): void;
  /** What the board measures of its supply, in volts. */
  setSupply(volts: number): void;
  /** Whether the processor would stand still now: allowed by the image, no USB, nothing due for a while. */
  readonly sleeping: boolean;

  /** Number of keys on the case (1 on pico); on banglejs2 the button, then what touching the screen does: 4. */
  readonly keys: number;
  keyDown(key?: number): void;
  keyUp(key?: number): void;
  /** Down, `heldMs` of time (default 100), up, and 50 ms for the debounce. Virtual clock only. */
  press(key?: number, heldMs?: number): void;

  screen(): Screen;
  /** Called after the display changed. Returns the function that stops listening. */
  onScreen(listener: () => void): () => void;

  /** Virtual time in ms since 1970: what a perfect clock beside the board would show. */
  now(): number;
  /** Moves virtual time, running what falls due in order. Also with the power off (the RTC battery goes on). */
  advance(ms: number): void;

  readonly powered: boolean;
  /**
   * Power gone at once, between two operations. A page the EEPROM is still busy writing (10 ms) is torn as in
   * `cutPowerAtOperation`: the part has lost its supply, too.
   */
  cutPower(): void;
  /** Boots again from what the memories hold. */
  powerOn(): void;
  /** Non-volatile operations (EEPROM page writes, flash writes and erases) since the state was made. */
  readonly operations: number;
  /** Power goes during operation number `operations + n` (n ≥ 1), which is torn by the fob's seed. */
  cutPowerAtOperation(n: number): void;
  /** The RTC's backup battery dies with the power off: at next boot the oscillator-stop flag is set. */
  loseTime(): void;

  /** What the interpreter printed on its console, for finding errors: empty on a healthy run. */
  consoleText(): string;
  wear(): Wear;
  /** What the image did that would harm or stall a real board: empty on a healthy run. Text, oldest first. */
  readonly violations: readonly string[];
  /** Releases timers and files. */
  close(): void;
}
