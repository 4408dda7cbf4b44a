import {
  type BootOptions,
  boardRandomness,
  DEFAULT_SEED,
  DEFAULT_START_MS,
  hexOf,
  memoryStore,
  PRESS_HELD_MS,
  PRESS_SETTLE_MS,
  type SimulatedFob,
} from '@passfob/simulator/for-emulator';
import { Board, type Counters } from './board.ts';
import type { TrappedRom } from './boot-rom.ts';

/** Of the options of `boot`, those that this board knows. */
export interface PicoOptions
  extends Pick<BootOptions, 'files' | 'storage' | 'startMs' | 'seed' | 'random' | 'faults'> {
  readonly rom: TrappedRom;
  readonly program: Uint8Array;
  /** Default: none, as on a board that was never flashed. */
  readonly image?: Readonly<Record<string, Uint8Array>>;
  /** Default true; `idle-question.ts` says why. */
  readonly sleepsWithPort?: boolean;
}

/** A fob like any other, and what only this kind can tell. */
export interface RpPico extends SimulatedFob {
  readonly hardware: Board;
  counters(): Counters;
}

function cannot(what: string): never {
  throw new Error(`this board has no ${what}`);
}

/** What a Raspberry Pi Pico lacks, or what nobody has asked this one for. */
const ABSENT: Pick<
  SimulatedFob,
  | 'bluetooth'
  | 'keyboard'
  | 'frames'
  | 'setSupply'
  | 'sleeping'
  | 'moveWrist'
  | 'cryptoCalls'
  | 'failCryptoCall'
  | 'setPart'
  | 'inspect'
> = {
  bluetooth: undefined,
  keyboard: [],
  frames: { write: () => {}, onData: () => () => {} },
  setSupply: () => cannot('supply to measure'),
  sleeping: false,
  moveWrist: () => cannot('wrist'),
  cryptoCalls: 0,
  failCryptoCall: () => cannot('cryptography of this process'),
  setPart: () => cannot('sockets'),
  inspect: () => cannot('window'),
};

/** What happens to the board. */
function acts(
  board: Board,
): Pick<
  SimulatedFob,
  | 'keyDown'
  | 'keyUp'
  | 'press'
  | 'setUsb'
  | 'cutPower'
  | 'powerOn'
  | 'cutPowerAtOperation'
  | 'loseTime'
  | 'setFaults'
> {
  const { outside } = board;
  return {
    keyDown: (key = 0) => board.setKey(key, true),
    keyUp: (key = 0) => board.setKey(key, false),
    press(key = 0, heldMs = PRESS_HELD_MS) {
      board.setKey(key, true);
      board.advance(heldMs);
      board.setKey(key, false);
      board.advance(PRESS_SETTLE_MS);
    },
    setUsb: isPlugged => board.setUsb(isPlugged),
    cutPower: () => board.cutPower(),
    powerOn: () => board.powerOn(),
    cutPowerAtOperation: n => outside.operations.cutAfter(n),
    loseTime: () => outside.loseTime(board.powered),
    setFaults: (plan = {}) => outside.setFaults(plan),
  };
}

/** Makes a Raspberry Pi Pico whose RP2040 is rp2040js and runs a firmware, and powers it on. */
export function rpPico(options: PicoOptions): RpPico {
  const { rom, program, image = {}, files = {}, sleepsWithPort = true, seed = DEFAULT_SEED } = options;
  const { storage = memoryStore(), startMs = DEFAULT_START_MS, faults } = options;
  const random = boardRandomness(options);
  const board = new Board({
    ...{ rom, program, sleepsWithPort, seed, storage, startMs, faults, random },
    files: { ...image, ...files },
  });
  const { outside } = board;
  const startedMs = board.now();
  board.powerOn();
  return {
    ...ABSENT,
    ...acts(board),
    board: 'pico',
    hardware: board,
    link: board.usb,
    usbHid: {
      reportDescriptor: undefined,
      reportBytes: 0,
      takesReports: false,
      serialNumber: hexOf(outside.memories.serial.subarray(0, 8)),
      serve() {},
      configure() {},
      write() {},
    },
    serial: () => board.usb,
    keys: outside.keys.count,
    screen: () => board.screen(),
    onScreen: listener => board.onScreen(listener),
    onEvent: listener => board.onEvent(listener),
    now: () => board.now(),
    ranMs: () => board.now() - startedMs,
    advance: ms => board.advance(ms),
    get powered() {
      return board.powered;
    },
    get operations() {
      return outside.operations.count;
    },
    get transfers() {
      return outside.i2c.transfers;
    },
    faults: () => outside.faults.report(),
    wear: () => ({
      eepromWrites: [...outside.eeprom.writes],
      flashErases: [...outside.flash.erases],
      flashWrites: outside.flash.writes,
    }),
    storedFile: name => board.storedFile(name),
    consoleText: () => board.console.text,
    get violations() {
      return outside.violations.all;
    },
    close: () => board.close(),
    counters: () => board.counters,
  };
}
