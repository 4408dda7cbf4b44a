/**
 * The interface of a simulated fob for the rest of the simulator (ports, faceplates, scenarios) and for tests of other
 * projects. `boot()` makes a fob; behind this interface is an Espruino board made of software.
 */

import type { TraceRecord } from '@passfob/protocol/trace/records';
import type { FaultPlan, FaultReport } from './fault-plan.ts';

export type BoardName =
  | 'pico'
  | 'pico-hid'
  | 'espruino-wifi'
  | 'rpi-pico'
  | 'rpi-pico2'
  | 'banglejs2'
  | 'bench';

/**
 * A version of Espruino. The versions from 2v26 to 2v29 lose input: of the events of a port that wait together, they
 * pass on only the first, unless it is short.
 */
export type EspruinoVersion = '2v25' | '2v29' | '2v30';

/** A byte pipe at one of the board's ports, seen from outside the board. */
export interface Wire {
  /** Sends bytes into the board. Ignored while the power is off, as on a real cable. */
  write(bytes: Uint8Array): void;
  /** Listens to bytes from the board. Returns a function that stops listening. */
  onData(listener: (bytes: Uint8Array) => void): () => void;
}

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** One byte per pixel, row by row, 1 = lit: the present memory of the display controller. */
  readonly pixels: Uint8Array;
  /** One byte per pixel on a display with colours: bit 0 red, 1 green, 2 blue. */
  readonly colours?: Uint8Array;
}

export interface Screen {
  /** False while the display controller is off or the power is cut. */
  readonly on: boolean;
  /** The strings on the display, top to bottom and left to right, for people who cannot see it and for tests. */
  readonly text: readonly string[];
  readonly bitmap: Bitmap;
  /** Of a virtual board: whether the next screen has come in part. Text and bitmap are those of the last whole one. */
  readonly isBeingDrawn?: boolean;
  /** 0 to 1, on boards with a light behind the display. */
  readonly brightness?: number;
}

/** A movement that the accelerometer of a watch recognises; a tap is one on the glass that shakes the watch. */
export type WristMovement = 'twist' | 'faceUp' | 'tap' | 'doubleTap';

/** A computer for which the board is a HID device over Bluetooth. Frames pass by `SimulatedFob.frames`. */
export interface BluetoothHost {
  /** Connects. Without a bond it receives no reports, and sends none. */
  connect(bonded: boolean): void;
  disconnect(): void;
  /** Whether the board offers itself as a HID device. */
  readonly offered: boolean;
  /** The report map that the board offers; undefined if it offers none. */
  readonly reportDescriptor: Uint8Array | undefined;
  /** Every keyboard report that arrived, without its id, oldest first. */
  readonly reports: readonly Uint8Array[];
  /** Listens to the values of the input report, as notified. Returns a function that stops listening. */
  onReport(listener: (value: Uint8Array) => void): () => void;
}

/** Storage for a board's non-volatile memories between power cuts (EEPROM, flash, battery-backed clock). */
export interface StateStore {
  /** Returns the whole image as last written, or undefined for a board that never ran. */
  load(): Uint8Array | undefined;
  /** Writes bytes. They are kept when it returns, even if this process is killed. */
  write(offset: number, bytes: Uint8Array): void;
  /**
   * Makes all that was written durable, even if this computer loses its power. Called at the end of each non-volatile
   * operation, before the image goes on; not for the time and other counts of the simulator itself.
   */
  sync?(): void;
  /** Releases the store's resources; called by `Fob.close`. */
  close?(): void;
}

/** Parts on the board's I2C bus, if it has one. An omitted part is present. */
export interface PartsOptions {
  readonly display?: boolean;
  readonly clock?: boolean;
  /** Default: the AT24C32 of the usual clock module. */
  readonly eeprom?: 'AT24C32' | 'AT24C256' | 'none';
}

/** One of the parts on the bus. */
export type PartName = keyof PartsOptions;

/** A report that a computer received from the fob over USB. */
export interface HidReport {
  /** Virtual UTC in ms since 1970. */
  readonly atMs: number;
  /** Without the report's id. */
  readonly bytes: Uint8Array;
}

/** A computer at the board's USB port that replaces the simulator's own. */
export interface UsbComputer {
  /** Whether it asks for an input report now. Until it asks, the board keeps the report it has. */
  readonly isPolling: boolean;
  /** Receives the report it asked for, as the endpoint carries it: with an id in front if the descriptor has ids. */
  onReport(report: Uint8Array): void;
}

/** The board's USB HID interface, as the firmware below the image presents it. */
export interface UsbHid {
  /** Report descriptor that the image offers; undefined if it offers none, or the build has no HID. */
  readonly reportDescriptor: Uint8Array | undefined;
  /** Bytes of the longest input report. */
  readonly reportBytes: number;
  /** Whether the build passes reports from the computer to the image. */
  readonly takesReports: boolean;
  /** Serial number of the USB device: the processor's, in hex. */
  readonly serialNumber: string;
  /** From now on `computer` sets up and polls the device; undefined gives this back to the simulator. */
  serve(computer: UsbComputer | undefined): void;
  /** Tells the device that the computer has chosen its configuration, or none. */
  configure(configured: boolean): void;
  /** Sends an output report as the endpoint carries it. */
  write(report: Uint8Array): void;
}

export interface BootOptions {
  readonly board: BoardName;
  /** Files of the MCU's Storage, by name, written if the state is new. Default: the built image of the board. */
  readonly image?: Readonly<Record<string, Uint8Array>>;
  /**
   * Puts the files of the image into a state that exists as well, in place of an older image. The other files and
   * memories stay, as after `passfob update`. Default: a state keeps the image that it was made with.
   */
  readonly updateImage?: boolean;
  /** Further files "flashed" beside the image if the state is new, such as `birth` (32 random bytes). */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Version of Espruino to imitate. Default `2v29`, the newest release. */
  readonly espruino?: EspruinoVersion;
  /** Default: memory of this process. */
  readonly storage?: StateStore;
  /** `virtual` (default): only `advance`, `press` and the board's work move time. `real`: follows the computer's clock. */
  readonly clock?: 'virtual' | 'real';
  /** Virtual UTC at boot in ms since 1970. Default: the computer's clock for `real`, 2026-01-01T00:00Z for `virtual`. */
  readonly startMs?: number;
  /** Seed of faults, torn bytes, key bounce and crystal. Default 1. */
  readonly seed?: number;
  /**
   * Source of the board's own randomness: `hwRand`, `Math.random`, and the serial number of a new state. `real`: this
   * computer's, fit for secrets. `seed`: the seed's, so that a run can be repeated exactly; its secrets can be guessed.
   * Default: `seed` if a seed is given, `real` otherwise.
   */
  readonly random?: 'real' | 'seed';
  readonly parts?: PartsOptions;
  /** Faults from the first start on. Default: none. */
  readonly faults?: FaultPlan;
  /** How much faster than true time the RTC's crystal runs, in parts per million. Default 0. */
  readonly driftPpm?: number;
  /**
   * On an Espruino Pico or WiFi: how much faster than its nominal 32 kHz the microcontroller's internal oscillator runs, in parts per
   * million. Espruino names ±100,000, the data sheet −470,000 to 470,000. Default 0.
   */
  readonly oscillatorPpm?: number;
  /**
   * Whether a 32 kHz crystal is soldered to an Espruino Pico or WiFi. Espruino changes to it two seconds after a cold start, and its
   * clock jumps back. Default true, the harder case; an Espruino Pico is sold without one.
   */
  readonly crystal?: boolean;
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

/** A file of the MCU's Storage, or one that was deleted and still takes its place. Never its contents. */
export interface StorageFile {
  readonly name: string;
  /** Bytes of its data. */
  readonly bytes: number;
  /** Where its header begins, in bytes from the start of Storage. */
  readonly at: number;
  readonly isDeleted: boolean;
}

/** A page of the MCU's Storage, the smallest unit that can be erased. */
export interface StoragePage {
  /** Bytes by use; headers and padding count with their file. */
  readonly fileBytes: number;
  readonly deletedBytes: number;
  readonly freeBytes: number;
  /** Erasures since this process booted the fob. */
  readonly erases: number;
}

/** The inside of a simulated fob, for people who look for the reason of its behaviour. It holds no secret. */
export interface Insides {
  /** CRC-32 of the image's application file in Storage, as `docs/ledger.json` names images; empty if there is none. */
  readonly image: string;
  readonly storage: {
    readonly pageBytes: number;
    readonly pages: readonly StoragePage[];
    readonly files: readonly StorageFile[];
    readonly writes: number;
  };
  /** Undefined without one on the bus. */
  readonly eeprom:
    | { readonly name: string; readonly pageBytes: number; readonly writes: readonly number[] }
    | undefined;
  /** Timers of the image and of its watches: ms from now to their time, and between two of it if they repeat. */
  readonly timers: readonly { readonly dueMs: number; readonly everyMs: number | undefined }[];
  /** Pins with a watch, one entry for each watch. */
  readonly watches: readonly string[];
  /** Whether the part is on the bus; undefined on a board without such a bus. */
  readonly parts: Readonly<Record<PartName, boolean>> | undefined;
  readonly isPlugged: boolean;
  readonly supplyMillivolts: number;
}

export interface SimulatedFob {
  readonly board: BoardName;
  /**
   * The port that carries frames, through the cable on which faults of the wire strike: `USB` on pico, `Bluetooth` on
   * banglejs2, `Serial1` on bench, reports of `frames` on pico-hid.
   */
  readonly link: Wire;
  serial(port: 'USB' | 'Serial1' | 'Serial2' | 'Bluetooth'): Wire;
  /** Absent on boards without Bluetooth. */
  readonly bluetooth: BluetoothHost | undefined;

  /**
   * Reports that the fob typed as a USB keyboard, also before a loss of power; of more than 65,536 the newest
   * 32,768 stay, at other indexes. Empty
   * on a board without a keyboard.
   */
  readonly keyboard: readonly HidReport[];
  /**
   * HID reports other than a keyboard's, without their id, in both directions: 63 bytes each way on pico-hid; 15 bytes
   * from and one byte to banglejs2, where a bonded computer must be connected. Silent if the board's build passes none
   * on.
   */
  readonly frames: Wire;
  /** For fronts: HID as a USB device presents it. */
  readonly usbHid: UsbHid;
  /** Plugs the USB cable into a computer, as it is at boot, or unplugs it and leaves the fob to its battery. */
  setUsb(plugged: boolean): void;
  /** Sets the supply voltage that the board measures, in volts. */
  setSupply(volts: number): void;
  /**
   * Whether the processor is in deep sleep: on an Espruino Pico or WiFi without USB whose image allows it, in each pause of more than a
   * millisecond.
   */
  readonly sleeping: boolean;

  /** Number of keys on the case (1 on pico). On banglejs2 the button and the touch gestures: 4. */
  readonly keys: number;
  keyDown(key?: number): void;
  keyUp(key?: number): void;
  /** Presses a key for `heldMs` (default 100), then waits 50 ms for the debounce. Virtual clock only. */
  press(key?: number, heldMs?: number): void;
  /** Moves the wrist that wears the board. Throws on a board that is no watch. */
  moveWrist(movement: WristMovement): void;

  screen(): Screen;
  /** Calls `listener` after the display changed. Returns a function that stops listening. */
  onScreen(listener: () => void): () => void;

  /**
   * Calls `listener` with everything that happens at the ports, keys, power and memories, in order: what a trace holds,
   * and what it leaves out (`Screening` of the protocol does that). Without changes of the screen. Returns a function
   * that stops listening.
   */
  onEvent(listener: (event: TraceRecord) => void): () => void;

  /** Virtual time in ms since 1970, as a perfect clock beside the board would show it. */
  now(): number;
  /**
   * Milliseconds since its start that the board went through, with or without power. Differs from `now()` for a virtual
   * board with a real clock, which leaves time out where the computer is late.
   */
  ranMs(): number;
  /** Moves virtual time and runs due events in order. Works with the power off, too: the RTC has a battery. */
  advance(ms: number): void;

  readonly powered: boolean;
  /**
   * Cuts the power between two operations. A page that the EEPROM is still writing (10 ms) is torn as in
   * `cutPowerAtOperation`, because the part loses its supply too.
   */
  cutPower(): void;
  /** Boots again from the contents of the memories. */
  powerOn(): void;
  /** Non-volatile operations (EEPROM page writes, flash writes and erases) since the state was made. */
  readonly operations: number;
  /**
   * Cuts the power during operation number `operations + n` (n ≥ 1). The fob's seed decides how that operation is
   * torn.
   */
  cutPowerAtOperation(n: number): void;
  /** Native calls of the crypto library since this process booted the fob. */
  readonly cryptoCalls: number;
  /**
   * Lets native call number `cryptoCalls + n` of the crypto library (n ≥ 1), and the `times` - 1 after it, answer
   * undefined, as Espruino does where it finds no memory for a result. Default: one call.
   */
  failCryptoCall(n: number, times?: number): void;
  /** The RTC's backup battery dies with the power off: the oscillator-stop flag is set at the next boot. */
  loseTime(): void;

  /** Transfers on the I2C bus since this process booted the fob, or since the last call of `setFaults`. */
  readonly transfers: number;
  /**
   * From now on faults strike by this plan, or no longer. Counts all occasions from 1 again. Throws for a plan with
   * other names, or with odds that are no whole numbers.
   */
  setFaults(plan?: FaultPlan): void;
  /** The plan, its seed, and how often each fault struck since the plan was set. */
  faults(): FaultReport;
  /**
   * Connects a part to the board, or pulls it off: the bus and its supply. The clock has its battery. No effect on a board
   * without an I2C bus. Throws for an unknown part.
   */
  setPart(part: PartName, connected: boolean): void;

  /** Looks inside. The returned object does not change with the fob. */
  inspect(): Insides;
  /** Console output of the interpreter, for finding errors: empty on a healthy run. */
  consoleText(): string;
  wear(): Wear;
  /** Returns a file of the MCU's Storage; undefined if there is none of this name. */
  storedFile(name: string): Uint8Array | undefined;
  /** Acts of the image that would harm or stall a real board, oldest first: empty on a healthy run. */
  readonly violations: readonly string[];
  /** Releases timers and files. */
  close(): void;
}
