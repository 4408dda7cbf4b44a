import {
  boardRandomness,
  checkedParts,
  DEFAULT_SEED,
  hexOf,
  insidesOf,
  memoryStore,
  PRESS_HELD_MS,
  PRESS_SETTLE_MS,
  programFiles,
  reprogramFiles,
  type SimulatedFob,
  StorageFiles,
  throughFaults,
  UsageError,
} from '@passfob/simulator/for-emulator';
import { Board } from './board.ts';
import { firmwareOf, holdsFirmware, putFirmware } from './firmware.ts';
import { KINDS } from './kinds.ts';
import { paceOf, type VirtualBoard, type VirtualBoardOptions } from './options.ts';
import type { WiredPort } from './powered.ts';
import { ScreenReader } from './screen-reader.ts';
import type { Surroundings } from './surroundings.ts';

/** @throws TypeError for options that no type has checked, in JavaScript */
function checkOptions({ board = 'pico', parts }: VirtualBoardOptions): void {
  if (!Object.hasOwn(KINDS, board)) {
    const names = Object.keys(KINDS).join(' or ');
    throw new TypeError(`a virtual board is a ${names}, no ${String(board)}: leave board out`);
  }
  if (Array.isArray(parts)) throw new TypeError('a list of parts of your own is for virtualChip');
}

const kindOf = ({ board = 'pico' }: VirtualBoardOptions) => KINDS[board];

function boardOf(options: VirtualBoardOptions): Board {
  checkOptions(options);
  return new Board({
    kind: kindOf(options),
    storage: options.storage ?? memoryStore(),
    seed: options.seed ?? DEFAULT_SEED,
    random: boardRandomness(options),
    driftPpm: options.driftPpm ?? 0,
    oscillatorPpm: options.oscillatorPpm ?? 0,
    crystal: options.crystal ?? true,
    pace: paceOf(options),
    parts: checkedParts(options.parts ?? {}),
    faults: options.faults,
    clock: options.clock ?? 'virtual',
    startMs: options.startMs,
  });
}

/**
 * Puts firmware and files on a board that is new, as a programmer at the factory does.
 * @throws UsageError if the board is not new and has another firmware, unless `updateFirmware` says to replace it
 */
function program(outside: Surroundings, options: VirtualBoardOptions): void {
  const { memories, flash } = outside;
  const firmware = firmwareOf(options.firmware, options.firmwareAddress, kindOf(options));
  const whole = memories.flash.bytes.slice();
  if (memories.isNew || !holdsFirmware(whole, firmware)) {
    if (!memories.isNew && options.updateFirmware !== true) {
      throw new UsageError(
        'this is the memory of a board with another firmware: it is not changed. To put this firmware on it, add --update-firmware (updateFirmware)',
      );
    }
    putFirmware(whole, firmware);
    memories.flash.write(0, whole);
  }
  const { image = {}, files = {} } = options;
  if (memories.isNew) programFiles(flash, { ...image, ...files });
  else if (options.updateImage) reprogramFiles(flash, image);
  memories.flash.sync();
}

/** Calls that look at the board and change nothing. */
function looks(board: Board): Pick<SimulatedFob, 'wear' | 'storedFile' | 'inspect' | 'consoleText'> {
  const { outside } = board;
  const { flash, eeprom } = outside;
  return {
    wear: () => ({
      eepromWrites: [...eeprom.writes],
      flashErases: [...flash.erases],
      flashWrites: flash.writes,
    }),
    storedFile(name) {
      const file = new StorageFiles(flash, () => false).find(name);
      return file && flash.read(file.dataAt, file.header.size);
    },
    inspect: () =>
      insidesOf(
        {
          flash,
          eeprom,
          parts: outside.connectedParts(),
          isPlugged: board.isPlugged,
          supplyVolts: outside.supplyVolts,
        },
        // They are in the memory of the interpreter, which nothing here takes apart.
        { timers: [], watches: [] },
      ),
    consoleText: () => board.console.text,
  };
}

/** The board as a USB device. The computer at the other end is a part of it. */
function usbHid(board: Board): SimulatedFob['usbHid'] {
  return {
    get reportDescriptor() {
      return board.reportDescriptor;
    },
    reportBytes: 16,
    takesReports: false,
    serialNumber: hexOf(board.outside.memories.serial),
    serve() {
      throw new Error('the USB of a virtual board ends at a computer in software');
    },
    configure() {},
    write() {},
  };
}

function portOf(port: string): WiredPort {
  if (port === 'USB' || port === 'Serial1') return port;
  throw new TypeError(`a virtual board has the ports USB and Serial1, and no ${port}`);
}

function press(board: Board, { clock }: VirtualBoardOptions, key: number, heldMs: number): void {
  if (clock === 'real') throw new Error('press needs a virtual clock: use keyDown and keyUp');
  board.setKey(key, true);
  board.advance(heldMs);
  board.setKey(key, false);
  board.advance(PRESS_SETTLE_MS);
}

/** Power, time and faults of the board. */
function conditions(
  board: Board,
): Pick<
  SimulatedFob,
  | 'setUsb'
  | 'setSupply'
  | 'cutPower'
  | 'powerOn'
  | 'cutPowerAtOperation'
  | 'loseTime'
  | 'setFaults'
  | 'faults'
  | 'setPart'
> {
  const { outside } = board;
  return {
    setUsb: isPlugged => board.setUsb(isPlugged),
    setSupply: volts => {
      outside.supplyVolts = volts;
    },
    cutPower: () => board.cutPower(),
    powerOn: () => board.powerOn(),
    cutPowerAtOperation: n => outside.operations.cutAfter(n),
    loseTime: () => outside.loseTime(board.powered),
    setFaults: (plan = {}) => outside.setFaults(plan),
    faults: () => outside.faults.report(),
    setPart: (part, connected) => board.setPart(part, connected),
  };
}

/**
 * Makes an Espruino Pico or an Espruino WiFi whose microcontroller is virtual and runs the given firmware, and powers it on. A new state gets the
 * firmware and nothing else, unless `image` or `files` name files of Storage. Throws `BadFirmware` for bytes that are no
 * firmware of this microcontroller, and an Error if the state belongs to another board or holds another firmware.
 */
export function virtualBoard(options: VirtualBoardOptions): VirtualBoard {
  const board = boardOf(options);
  const { outside } = board;
  program(outside, options);
  const reader = new ScreenReader(outside, board.redraw);
  board.powerOn();
  return {
    board: kindOf(options).board,
    link: throughFaults(board.wire('USB'), outside.faults, board.cableClock),
    keyboard: board.typed.all,
    // Reports from the computer are refused by the builds there are.
    frames: { write: () => {}, onData: () => () => {} },
    usbHid: usbHid(board),
    get sleeping() {
      return board.sleeping;
    },
    serial: port => board.wire(portOf(port)),
    bluetooth: undefined,
    keys: outside.keys.count,
    keyDown: (key = 0) => board.setKey(key, true),
    keyUp: (key = 0) => board.setKey(key, false),
    press: (key = 0, heldMs = PRESS_HELD_MS) => press(board, options, key, heldMs),
    moveWrist() {
      throw new Error('nobody wears this board');
    },
    screen: () => reader.screen(board.powered),
    onScreen: listener => board.onScreen(listener),
    onEvent: listener => board.onEvent(listener),
    now: () => board.now(),
    ranMs: () => board.ranMs(),
    advance: ms => board.advance(ms),
    get powered() {
      return board.powered;
    },
    get operations() {
      return outside.operations.count;
    },
    cryptoCalls: 0,
    failCryptoCall() {
      throw new Error('the firmware of a virtual board does its own cryptography');
    },
    get transfers() {
      return outside.i2c.transfers;
    },
    ...conditions(board),
    ...looks(board),
    get violations() {
      return outside.violations.all;
    },
    close: () => board.close(),
    counters: () => board.counters,
    executedForms: () => board.executedForms,
    ram: () => board.ram,
  };
}
