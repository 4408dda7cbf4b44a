import { Fob } from '../../core/fob.ts';
import type { Now } from '../../core/ports.ts';
import { BENCH_PAGES, BENCH_RECORD_PAGES, CONTROL_LINE_CHARS_MAX } from '../limits.ts';
import { NoBattery, NoKeyboard, NoMaintenance, NoMarks, NoStretch, NoWitness } from '../parts/absent.ts';
import { SHA1_TO_SHA512 } from '../parts/algorithms.ts';
import { StorageKeystore } from '../parts/keystore.ts';
import { serialOf } from '../parts/serial.ts';
import { BenchClock } from './clock.ts';
import { BenchDisplay } from './display.ts';
import { MeteredPrimitives } from './metered.ts';
import { FilePages } from './pages.ts';

/** Set by whoever starts the interpreter: where the two serial ports lead. Absent in the simulator. */
declare const BENCH: { link: string; control: string } | undefined;

const paths = typeof BENCH === 'undefined' ? undefined : BENCH;
Serial1.setup(115200, paths && { path: paths.link });
Serial2.setup(115200, paths && { path: paths.control });

/** Time, keys and chance come over Serial2: the Linux interpreter has none worth having. */
const now: Now = { ms: 0, utc: -1 };
const clock = new BenchClock(now);
const display = new BenchDisplay();
const primitives = new MeteredPrimitives();
let sample = 0;

const fob = new Fob(
  {
    facts: {
      board: 'bench',
      firmware: FIRMWARE_VERSION,
      serial: serialOf(primitives),
      algorithms: SHA1_TO_SHA512,
      keys: 1,
      clockPpm: 2,
    },
    primitives,
    storage: new FilePages(BENCH_PAGES, BENCH_RECORD_PAGES),
    keystore: new StorageKeystore(),
    entropy: { sample: () => sample++ },
    clock,
    display,
    link: { send: frame => Serial1.write(frame) },
    marks: new NoMarks(),
    witness: new NoWitness(),
    stretch: new NoStretch(primitives),
    keyboard: new NoKeyboard(),
    power: new NoBattery(),
    maintenance: new NoMaintenance(),
  },
  now.ms,
  now.utc,
);

Serial1.on('data', data => fob.receive(data, now.ms, now.utc));

/** One line of JSON in, one line out: {ms, utc}, {down, key}, {lose}, {meter}; any of them, then what is asked. */
interface Control {
  ms?: number;
  utc?: number;
  down?: boolean;
  key?: number;
  lose?: boolean;
  meter?: boolean;
}

function control(line: string): void {
  const order = JSON.parse(line) as Control;
  if (order.ms !== undefined) now.ms = order.ms;
  if (order.utc !== undefined) clock.tell(order.utc);
  if (order.lose) clock.lose();
  if (order.meter !== undefined) {
    primitives.metering = order.meter;
    primitives.peak = 0;
  }
  if (order.down !== undefined) fob.key(order.key ?? 0, order.down, now.ms, now.utc);
  else fob.tick(now.ms, now.utc);
  const answer = {
    screen: display.shown,
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
    const line = held.substring(0, end);
    held = held.substring(end + 1);
    control(line);
    end = held.indexOf('\n');
  }
  if (held.length > CONTROL_LINE_CHARS_MAX) held = '';
});
