import { BOARD_NAMES, checkedParts } from '../base/boards-and-parts.ts';
import type { BoardName, BootOptions, SimulatedFob } from '../base/fob.ts';
import { DEFAULT_SEED, PRESS_HELD_MS, PRESS_SETTLE_MS } from '../base/limits.ts';
import { boardRandomness } from '../board/board-randomness.ts';
import { Machine } from '../board/machine.ts';
import { BANGLEJS2 } from '../board/wiring/banglejs2.ts';
import { BENCH } from '../board/wiring/bench.ts';
import { ESPRUINO_WIFI, PICO, PICO_HID } from '../board/wiring/pico.ts';
import { RPI_PICO, RPI_PICO2 } from '../board/wiring/rpi-pico.ts';
import type { BoardWiring } from '../board/wiring/wiring.ts';
import type { MakeContext } from '../interpreter/contexts/image-context.ts';
import { memoryStore } from '../recording/state/memory-store.ts';

/** Files of the microcontroller's Storage, by name. */
export type ImageFiles = Readonly<Record<string, Uint8Array>>;
/** The image for a new state whose options have none. */
type BuiltImage = () => ImageFiles;

/** What is wired where, on each board. */
export const BOARDS: Readonly<Record<BoardName, BoardWiring>> = {
  pico: PICO,
  'pico-hid': PICO_HID,
  'espruino-wifi': ESPRUINO_WIFI,
  'rpi-pico': RPI_PICO,
  'rpi-pico2': RPI_PICO2,
  banglejs2: BANGLEJS2,
  bench: BENCH,
};

/** Returns the parts of a board. JavaScript callers have no type that requires a name. */
function wiringOf(board: unknown): BoardWiring {
  if (typeof board === 'string' && Object.hasOwn(BOARDS, board)) return BOARDS[board as BoardName];
  const names = BOARD_NAMES.join(', ');
  throw new TypeError(
    board === undefined
      ? `board is missing: one of ${names}`
      : `board is unknown: ${JSON.stringify(board)}; it is one of ${names}`,
  );
}

function machineOf(
  makeContext: MakeContext,
  options: BootOptions,
  facts: BoardWiring,
  built: BuiltImage,
): Machine {
  return new Machine({
    makeContext,
    facts,
    storage: options.storage ?? memoryStore(),
    seed: options.seed ?? DEFAULT_SEED,
    random: boardRandomness(options),
    driftPpm: options.driftPpm ?? 0,
    oscillatorPpm: options.oscillatorPpm ?? 0,
    crystal: options.crystal ?? true,
    parts: checkedParts(options.parts ?? {}),
    faults: options.faults,
    clock: options.clock ?? 'virtual',
    startMs: options.startMs,
    updatesImage: options.updateImage ?? false,
    image: () => options.image ?? built(),
    files: () => ({ ...(options.image ?? built()), ...options.files }),
  });
}

function press(machine: Machine, { clock }: BootOptions, key: number, heldMs: number): void {
  if (clock === 'real') throw new Error('press needs a virtual clock: use keyDown and keyUp');
  machine.setKey(key, true);
  machine.loop.advance(heldMs);
  machine.setKey(key, false);
  machine.loop.advance(PRESS_SETTLE_MS);
}

/** Calls that look at the board and change nothing. */
function looks(machine: Machine): Pick<SimulatedFob, 'wear' | 'storedFile' | 'inspect' | 'consoleText'> {
  const { board, microcontroller } = machine;
  return {
    wear: () => board.wear(),
    storedFile: name => machine.storedFile(name),
    inspect: () => machine.inspect(),
    consoleText: () => microcontroller.log.text,
  };
}

/**
 * Makes a board of software and powers it on. A new state first gets the image's files; an existing state continues
 * with its contents. Throws for a board that is missing or unknown, for unknown `parts`, and if the state belongs to another
 * board.
 */
export function makeFob(makeContext: MakeContext, options: BootOptions, built: BuiltImage): SimulatedFob {
  const wiring = wiringOf(options.board);
  const facts = { ...wiring, version: options.espruino ?? wiring.version };
  const machine = machineOf(makeContext, options, facts, built);
  machine.supply.on();
  const { board, microcontroller, supply } = machine;
  const startMs = machine.now();
  return {
    board: options.board,
    link: machine.link(),
    keyboard: board.usb.keys,
    frames: machine.wire('HID'),
    usbHid: machine.usbHid(),
    setUsb: plugged => machine.setUsb(plugged),
    setSupply: volts => {
      board.supplyVolts = volts;
    },
    get sleeping() {
      return machine.sleeping;
    },
    serial: port => machine.wire(port),
    bluetooth: facts.bangle && board.radio,
    keys: board.keys.count + (facts.bangle?.touches.length ?? 0),
    keyDown: (key = 0) => machine.setKey(key, true),
    keyUp: (key = 0) => machine.setKey(key, false),
    press: (key = 0, heldMs = PRESS_HELD_MS) => press(machine, options, key, heldMs),
    moveWrist: movement => machine.moveWrist(movement),
    screen: () => machine.screen(),
    onScreen: listener => machine.onScreen(listener),
    onEvent: listener => machine.onEvent(listener),
    now: () => machine.now(),
    ranMs: () => machine.now() - startMs,
    advance: ms => machine.loop.advance(ms),
    get powered() {
      return microcontroller.powered;
    },
    cutPower: () => supply.cut(),
    powerOn: () => supply.on(),
    get operations() {
      return board.operations.count;
    },
    cutPowerAtOperation: n => board.operations.cutAfter(n),
    get cryptoCalls() {
      return microcontroller.cryptoCalls;
    },
    failCryptoCall: (n, times = 1) => microcontroller.failCryptoCall(n, times),
    loseTime: () => supply.loseTime(),
    get transfers() {
      return board.i2c.transfers;
    },
    setFaults: (plan = {}) => board.setFaults(plan),
    faults: () => board.faults.report(),
    setPart: (part, connected) => machine.setPart(part, connected),
    ...looks(machine),
    get violations() {
      return [...board.violations];
    },
    close: () => machine.close(),
  };
}
