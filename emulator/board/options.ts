import type { BootOptions, SimulatedFob } from '@passfob/simulator/for-emulator';
import type { BoardKind } from './kinds.ts';
import { CYCLES_MAX, CYCLES_MIN, USB_WAIT_TICKS_MAX } from './limits.ts';

/** How long instructions take, and whether waiting is left out. */
export interface BoardPace {
  /** Cycles of an instruction on average, with the wait states of the flash in them. Default 1.4, measured with Espruino. */
  readonly cyclesPerInstruction?: number | undefined;
  /** How long each access to the registers of OTG FS takes beyond an instruction, in ticks of 84 MHz. Default 2. */
  readonly usbWaitTicks?: number | undefined;
  /**
   * Whether loops that only wait are left out. Default true. Turn it off for a program that waits for one bit of a clock
   * and may come late for it.
   */
  readonly skipsIdle?: boolean | undefined;
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return value === undefined || (typeof value === 'number' && value >= min && value <= max);
}

/** @throws TypeError for a speed that cannot be */
export function paceOf({ cyclesPerInstruction, usbWaitTicks, skipsIdle }: BoardPace): BoardPace {
  if (!isWithin(cyclesPerInstruction, CYCLES_MIN, CYCLES_MAX))
    throw new TypeError(`cyclesPerInstruction must be a number from ${CYCLES_MIN} to ${CYCLES_MAX}`);
  if (!isWithin(usbWaitTicks, 0, USB_WAIT_TICKS_MAX))
    throw new TypeError(`usbWaitTicks must be a number from 0 to ${USB_WAIT_TICKS_MAX}`);
  return { cyclesPerInstruction, usbWaitTicks, skipsIdle };
}

/** An Espruino Pico or WiFi with a virtual microcontroller. Options not named here are those of `boot`. */
export interface VirtualBoardOptions
  extends BoardPace,
    Pick<
      BootOptions,
      | 'files'
      | 'updateImage'
      | 'storage'
      | 'clock'
      | 'startMs'
      | 'seed'
      | 'random'
      | 'parts'
      | 'faults'
      | 'driftPpm'
      | 'oscillatorPpm'
      | 'crystal'
    > {
  /** Default: pico. */
  readonly board?: BoardKind['board'];
  /** The contents of Espruino's .bin file for the board, or of another program for its microcontroller. */
  readonly firmware: Uint8Array;
  /** Address of its first byte. Default: that of the board's Espruino if its vectors point there, otherwise 0x08000000. */
  readonly firmwareAddress?: number;
  /** Puts the firmware on a board whose state has another one. Default: such a state is refused. */
  readonly updateFirmware?: boolean;
  /** Files of Storage, by name, written if the state is new. Default: none, as on a board that was never flashed. */
  readonly image?: Readonly<Record<string, Uint8Array>>;
}

/** The work of a virtual board since this process made it. */
export interface BoardCounters {
  /** Instructions of the processor. */
  readonly instructions: number;
  /** Seconds of the board's time with power. */
  readonly seconds: number;
  /** Of them, seconds in which the processor slept or waited in a loop that was skipped. */
  readonly idleSeconds: number;
  /** Of these, seconds in STOP or standby, in which all clocks but that of the RTC stand still. */
  readonly deepSleepSeconds: number;
  /** Exceptions that were entered: interrupts, calls, faults. */
  readonly exceptions: number;
}

/** A fob like any other, and what only a virtual board can tell. */
export interface VirtualBoard extends SimulatedFob {
  counters(): BoardCounters;
  /**
   * Returns the instructions that the firmware has executed since this process made the board, each form once, by the names
   * of the architecture manual: `ADD (immediate) T1`.
   */
  executedForms(): readonly string[];
  /** Returns a copy of the microcontroller's SRAM, which begins at 0x20000000; undefined while the power is off. */
  ram(): Uint8Array | undefined;
}
