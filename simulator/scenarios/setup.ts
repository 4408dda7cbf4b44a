import { BOARD_NAMES } from '../base/boards-and-parts.ts';
import type {
  BoardName,
  BootOptions,
  PartName,
  PartsOptions,
  SimulatedFob,
  StateStore,
} from '../base/fob.ts';
import { BIRTH_BYTES } from '../base/limits.ts';
import { makeRandomness } from '../base/randomness.ts';
import { PPM_MAX } from './base/limits.ts';
import { StepFailed } from './base/place.ts';
import { choice, field, instant, map, number, text } from './base/shapes.ts';
import type { ScenarioFiles } from './base/world.ts';

const yesOrNo = choice('yes', 'no');

/** Fields of a file that say with which fob it begins. */
export const SETUP_FIELDS = {
  board: field(choice(...BOARD_NAMES), 'which board; default: pico'),
  espruino: field(choice('2v25', '2v29', '2v30'), 'version of Espruino to imitate; default: 2v29'),
  seed: field(number(0, Number.MAX_SAFE_INTEGER), 'seed of all randomness; default: 1'),
  start: field(instant, 'true time at the start; default: 2026-01-01T00:00:00Z'),
  state: field(
    text('the path of a file'),
    'memories to begin with, as --storage keeps them; the file is not changed',
  ),
  birth: field(yesOrNo, 'whether a new fob got randomness when it was flashed; default: yes'),
  parts: field(
    map({
      display: field(yesOrNo, 'whether it has a display'),
      clock: field(yesOrNo, 'whether it has a clock'),
      eeprom: field(choice('AT24C32', 'AT24C256', 'none'), 'its memory'),
    } satisfies Record<PartName, unknown>),
    'parts on the board',
  ),
  usb: field(choice('plugged', 'unplugged'), 'the USB cable at the start; default: plugged'),
  'clock drift ppm': field(
    number(-PPM_MAX, PPM_MAX, { isWhole: false }),
    'how many ppm too fast the clock runs; default: 0',
  ),
  'oscillator ppm': field(
    number(-PPM_MAX, PPM_MAX, { isWhole: false }),
    "how many ppm too fast the microcontroller's own oscillator runs; default: 0",
  ),
  crystal: field(yesOrNo, 'whether an Espruino Pico or Espruino WiFi has its crystal; default: yes'),
};

type Read<F> = F extends { readonly shape: { read(given: never): infer T } } ? T | undefined : never;

/** With which fob a scenario begins. */
export type ScenarioSetup = { readonly [K in keyof typeof SETUP_FIELDS]: Read<(typeof SETUP_FIELDS)[K]> };

/** Boots a fob, and makes memories that end with the run. The caller gives both, because they differ by platform. */
export interface FobMaker {
  boot(options: BootOptions): SimulatedFob;
  memoryStore(): StateStore;
}

/** Returns the parts that a file names, with `yes` and `no` as options have them. */
function partsOf(parts: ScenarioSetup['parts']): PartsOptions {
  const named = Object.entries(parts ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    named.map(([name, value]) => [name, value === 'yes' || (value !== 'no' && value)]),
  );
}

/** Makes the memories of a run: empty ones, or a copy of a file. @throws StepFailed if there is no such file */
function storageOf(machine: FobMaker, path: string | undefined, files: ScenarioFiles): StateStore {
  const storage = machine.memoryStore();
  if (path === undefined) return storage;
  const image = files.read(path);
  if (image === undefined) throw new StepFailed(`There is no file ${path}.`);
  storage.write(0, image);
  return storage;
}

/** Boots the fob of a scenario. */
export function bootFob(
  machine: FobMaker,
  setup: ScenarioSetup,
  seed: number,
  files: ScenarioFiles,
): SimulatedFob {
  const board: BoardName = setup.board ?? 'pico';
  const fob = machine.boot({
    board,
    clock: 'virtual',
    seed,
    storage: storageOf(machine, setup.state, files),
    parts: partsOf(setup.parts),
    driftPpm: setup['clock drift ppm'] ?? 0,
    oscillatorPpm: setup['oscillator ppm'] ?? 0,
    crystal: setup.crystal !== 'no',
    ...(setup.espruino !== undefined && { espruino: setup.espruino }),
    ...(setup.start !== undefined && { startMs: setup.start }),
    ...(setup.birth !== 'no' && { files: { birth: makeRandomness(seed, 'birth').bytes(BIRTH_BYTES) } }),
  });
  if (setup.usb === 'unplugged') fob.setUsb(false);
  return fob;
}
