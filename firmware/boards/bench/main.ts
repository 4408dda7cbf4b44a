import { PACKET_ANSWER } from '@passfob/protocol/limits';
import type { Now } from '../../core/base/ports.ts';
import { Fob } from '../../core/fob.ts';
import { BENCH_PAGES, CONTROL_LINE_CHARS_MAX, LONG_RECORD_PAGES } from '../limits.ts';
import { NoMaintenance } from '../parts/absent.ts';
import { SHA1_TO_SHA512 } from '../parts/algorithms.ts';
import { StorageAttemptCounter } from '../parts/attempt-counter.ts';
import { FIRMWARE } from '../parts/firmware.ts';
import { NativeKeyDerivation } from '../parts/key-derivation.ts';
import { StorageKeystore } from '../parts/keystore.ts';
import { serialOf } from '../parts/serial.ts';
import { FileAntiRollbackCounter } from './anti-rollback-counter.ts';
import { BenchClock } from './clock.ts';
import { BenchDisplay, mark } from './display.ts';
import { BenchKeyboard } from './keyboard.ts';
import { MeteredPrimitives } from './metered.ts';
import { FilePages } from './pages.ts';

/** Paths of the two serial ports, set by the program that starts the interpreter. Absent in the simulator. */
declare const BENCH: { link: string; control: string } | undefined;

const paths = typeof BENCH === 'undefined' ? undefined : BENCH;
Serial1.setup(115200, paths && { path: paths.link });
Serial2.setup(115200, paths && { path: paths.control });

/** Time, keys and samples arrive over Serial2, because the Linux interpreter has none that a test could control. */
const now: Now = { ms: 0, utc: -1 };
const clock = new BenchClock(now);
const display = new BenchDisplay();
const primitives = new MeteredPrimitives();
const keyboard = new BenchKeyboard();
let battery = -1;
let sample = 0;

const facts = {
  board: 'bench',
  firmware: FIRMWARE,
  serial: serialOf(primitives),
  algorithms: SHA1_TO_SHA512,
  keys: 1,
  clockPpm: 2,
};

const fob = new Fob(
  {
    facts,
    primitives,
    storage: new FilePages(BENCH_PAGES, LONG_RECORD_PAGES),
    keystore: new StorageKeystore(),
    entropy: { sample: () => sample++ },
    clock,
    display,
    link: { send: frame => Serial1.write(frame) },
    attemptCounter: new StorageAttemptCounter(),
    antiRollback: new FileAntiRollbackCounter(),
    keyDerivation: new NativeKeyDerivation(),
    keyboard,
    power: { battery: () => battery },
    maintenance: new NoMaintenance(),
  },
  now.ms,
  now.utc,
);

Serial1.on('data', data => {
  // Before the work and its answer: the owner sends no further packet until it has this.
  Serial1.write(PACKET_ANSWER);
  fob.receive(data, now.ms, now.utc);
});

/**
 * One line of JSON in, one line out. Requests: {ms, utc}, {down, key}, {lose}, {battery}, {keys}, {meter}, in any
 * combination. The answer is the state afterwards.
 */
interface Control {
  ms?: number;
  utc?: number;
  down?: boolean;
  key?: number;
  lose?: boolean;
  battery?: number;
  keys?: number;
  meter?: boolean;
}

function control(line: string): void {
  const order = JSON.parse(line) as Control;
  if (order.ms !== undefined) now.ms = order.ms;
  if (order.utc !== undefined) clock.tell(order.utc);
  if (order.lose) clock.lose();
  if (order.battery !== undefined) battery = order.battery;
  if (order.keys !== undefined) facts.keys = order.keys;
  if (order.meter) primitives.meter();
  const down = order.down;
  const key = order.key ?? 0;
  const ms = now.ms;
  const utc = now.utc;
  // Two calls: the count between them is the cost of a mark.
  mark();
  mark();
  if (down !== undefined) fob.key(key, down, ms, utc);
  else fob.tick(ms, utc);
  mark();
  const answer = {
    screen: display.shown,
    typed: keyboard.typed,
    deadline: fob.deadline,
    usage: primitives.usage(),
    peak: primitives.peak,
  };
  Serial2.write(`${JSON.stringify(answer)}\n`);
}

let held = '';
Serial2.on('data', data => {
  held += data;
  let end = held.indexOf('\n');
  while (end >= 0) {
    const line = held.slice(0, end);
    held = held.slice(end + 1);
    control(line);
    end = held.indexOf('\n');
  }
  if (held.length > CONTROL_LINE_CHARS_MAX) held = '';
});
