import type { BoardName, BootOptions, SimulatedFob } from './base/fob.ts';
import { DEFAULT_SEED, PRESS_HELD_MS, PRESS_SETTLE_MS } from './base/limits.ts';
import { BANGLEJS2 } from './boards/banglejs2.ts';
import { BENCH } from './boards/bench.ts';
import type { BoardWiring } from './boards/board.ts';
import { PICO, PICO_HID } from './boards/pico.ts';
import { builtImage } from './image.ts';
import { Machine } from './machine.ts';
import { memoryStore } from './state/stores.ts';

export { fileStore } from './state/stores.ts';

const BOARDS: Readonly<Record<BoardName, BoardWiring>> = {
  pico: PICO,
  'pico-hid': PICO_HID,
  banglejs2: BANGLEJS2,
  bench: BENCH,
};

function machineOf(options: BootOptions, facts: BoardWiring): Machine {
  return new Machine({
    facts,
    storage: options.storage ?? memoryStore(),
    seed: options.seed ?? DEFAULT_SEED,
    driftPpm: options.driftPpm ?? 0,
    oscillatorPpm: options.oscillatorPpm ?? 0,
    crystal: options.crystal ?? true,
    parts: options.parts ?? {},
    clock: options.clock ?? 'virtual',
    startMs: options.startMs,
    files: () => ({ ...(options.image ?? builtImage(options.board)), ...options.files }),
  });
}

/**
 * Makes a board of software and powers it on. A new state first gets the image's files; an existing state continues
 * with its contents. Throws if the state belongs to another board, or if there is no image for a new one.
 */
export function boot(options: BootOptions): SimulatedFob {
  const wiring = BOARDS[options.board];
  const facts = { ...wiring, version: options.espruino ?? wiring.version };
  const clock = options.clock ?? 'virtual';
  const machine = machineOf(options, facts);
  machine.powerOn();
  const { hardware } = machine;
  return {
    board: options.board,
    link: machine.link(),
    keyboard: hardware.usb.keys,
    frames: machine.wire('HID'),
    usbHid: machine.usbHid(),
    setUsb: plugged => machine.setUsb(plugged),
    setSupply: volts => {
      hardware.supplyVolts = volts;
    },
    get sleeping() {
      return machine.sleeping;
    },
    serial: port => machine.wire(port),
    bluetooth: facts.bangle && hardware.radio,
    keys: hardware.keys.count + (facts.bangle?.touches.length ?? 0),
    keyDown: (key = 0) => machine.setKey(key, true),
    keyUp: (key = 0) => machine.setKey(key, false),
    press(key = 0, heldMs = PRESS_HELD_MS) {
      if (clock === 'real') throw new Error('press needs a virtual clock: use keyDown and keyUp');
      machine.setKey(key, true);
      machine.advance(heldMs);
      machine.setKey(key, false);
      machine.advance(PRESS_SETTLE_MS);
    },
    moveWrist: movement => machine.moveWrist(movement),
    screen: () => machine.screen(),
    onScreen: listener => machine.onScreen(listener),
    now: () => machine.now(),
    advance: ms => machine.advance(ms),
    get powered() {
      return machine.powered;
    },
    cutPower: () => machine.cutPower(),
    powerOn: () => machine.powerOn(),
    get operations() {
      return hardware.operations.count;
    },
    cutPowerAtOperation: n => hardware.operations.cutAfter(n),
    get cryptoCalls() {
      return hardware.cryptoCalls;
    },
    failCryptoCall: (n, times = 1) => hardware.failCryptoCall(n, times),
    loseTime: () => machine.loseTime(),
    wear: () => hardware.wear(),
    consoleText: () => hardware.log.text,
    get violations() {
      return [...hardware.violations];
    },
    close: () => machine.close(),
  };
}
