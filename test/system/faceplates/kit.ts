import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { SimulatedFob, Wire } from '@passfob/simulator/base/fob';
import type { ScreenState } from '@passfob/simulator/faceplates/control/screen-feed';
import { boot } from '@passfob/simulator/fob/boot';
import type { RecordedFacts } from '@passfob/simulator/recording/replay/format';
import { onTestFinished } from 'vitest';
import { built, needsBuilt } from '../../kit/built.ts';
import { jsonLines, type Started, started } from '../../kit/started.ts';

export const needsSimulator = needsBuilt('simulator/dist/main.js');

/** The simulator as a process. */
export const simulator = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Started =>
  started(process.execPath, [built('simulator/dist/main.js'), ...args], { env: { ...process.env, ...env } });

/** What it says of itself when it runs. */
export const readiness = ({ child }: Started) => jsonLines(child.stdout)();

/** Sends requests of the control protocol, each after the answer to the one before. @returns the answers */
export async function answersTo({ child }: Started, ...requests: readonly (object | string)[]) {
  const next = jsonLines(child.stdout);
  const answers: Record<string, unknown>[] = [];
  for (const request of requests) {
    child.stdin.write(`${typeof request === 'string' ? request : JSON.stringify(request)}\n`);
    answers.push(await next());
  }
  return answers;
}

/**
 * A small, readable fob, written by hand for the Espruino Pico: it says whether its button is down and how often it was
 * pressed, writes one EEPROM page at each press, and echoes its input.
 */
const IMAGE = `
E.setConsole(null, { force: true });
I2C1.setup({ scl: B8, sda: B9, bitrate: 400000 });
// No letters, but a different pattern for each character.
var font = "";
for (var code = 32; code < 127; code++) font += String.fromCharCode(code, 127 - code, code ^ 85, 0);
var graphics = Graphics.createArrayBuffer(128, 64, 1, { vertical_byte: true, msb: false });
var presses = 0;
function show(isDown) {
  graphics.clear(true).setColor(1).setFontCustom(font, 32, 4, 8);
  graphics.drawString(isDown ? "DOWN" : "UP", 4, 4);
  graphics.drawString("PRESSES " + presses, 4, 24);
  graphics.drawRect(0, 0, 127, 63);
  var pixels = new Uint8Array(graphics.buffer);
  I2C1.writeTo(0x3c, 0, [0x21, 0, 127, 0x22, 0, 7]);
  for (var at = 0; at < 1024; at += 128) I2C1.writeTo(0x3c, 0x40, pixels.subarray(at, at + 128));
}
I2C1.writeTo(0x3c, 0, [0x8d, 0x14, 0x20, 0, 0xa1, 0xc8, 0xa4, 0xa6, 0xaf]);
show(false);
setWatch(function(event) {
  if (!event.state) {
    presses++;
    I2C1.writeTo(0x57, [0, 0, presses]);
  }
  show(event.state);
}, BTN1, { repeat: true, edge: "both", debounce: 25 });
USB.on("data", function(bytes) { USB.write(bytes); });
`;

/** The files of that fob. */
export const TEST_IMAGE: Readonly<Record<string, Uint8Array>> = { '.bootcde': Buffer.from(IMAGE) };

/** Boots that fob; it is closed when the test is over. */
export function bootTestFob(clock: 'virtual' | 'real'): SimulatedFob {
  const fob = boot({ board: 'pico', seed: 1, crystal: false, clock, image: TEST_IMAGE });
  onTestFinished(() => fob.close());
  return fob;
}

/** The facts of that fob, booted fresh with this seed and a virtual clock, as a recording has them. */
export function testFacts(seed: number): RecordedFacts {
  const none = { image: '', files: {}, faults: {}, parts: {}, crystal: false };
  return { board: 'pico', espruino: '2v29', clock: 'virtual', seed, startMs: Date.UTC(2026, 0, 1), ...none };
}

/** Boots that fob by such facts; it is closed when the test is over. */
export function bootByFacts({ seed, startMs }: RecordedFacts): SimulatedFob {
  const fob = boot({ board: 'pico', seed, startMs, crystal: false, image: TEST_IMAGE });
  onTestFinished(() => fob.close());
  return fob;
}

/** A wire whose far end is the test: it sends bytes at any time, and is told about input. */
export function spokenWire(): { wire: Wire; say(bytes: Uint8Array): void; heard: Promise<void> } {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  let write = () => {};
  const heard = new Promise<void>(resolve => {
    write = resolve;
  });
  const onData: Wire['onData'] = listener => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const say = (bytes: Uint8Array) => {
    for (const listener of listeners) listener(bytes);
  };
  return { wire: { write, onData }, heard, say };
}

/** A wire whose far end echoes its input. */
export function loopedWire(): Wire {
  const { wire, say } = spokenWire();
  return { ...wire, write: bytes => say(Uint8Array.from(bytes)) };
}

export const FLOOD_BYTES = 64 * 1_024 * 1_024;

/**
 * Returns how many bytes reach a host that began to read only after the fob had sent FLOOD_BYTES: those before a
 * mark, which the fob repeats from then on.
 */
export function keptOfFlood(host: Readable, say: (bytes: Uint8Array) => void): Promise<number> {
  const [flood, mark] = [new Uint8Array(65_536).fill(7), Uint8Array.of(9)];
  for (let said = 0; said < FLOOD_BYTES; said += flood.length) say(flood);
  return new Promise(resolve => {
    let kept = 0;
    let next: NodeJS.Immediate;
    const sayMark = () => {
      say(mark);
      next = setImmediate(sayMark);
    };
    const read = (bytes: Buffer) => {
      const at = bytes.indexOf(9);
      kept += at < 0 ? bytes.length : at;
      if (at < 0) return;
      clearImmediate(next);
      host.off('data', read);
      resolve(kept);
    };
    host.on('data', read);
    host.resume();
    sayMark();
  });
}

/** Collects the output of a stream. */
export function taken(stream: Readable) {
  let got = Buffer.alloc(0);
  let wake = () => {};
  stream.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
    wake();
  });
  return {
    bytes: () => got,
    /** Resolves when that many bytes have come in all. */
    async until(count: number): Promise<void> {
      while (got.length < count) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
  };
}

/** Name, state and parent of a process (proc_pid_stat(5)); none of one that is gone. */
function statOf(pid: number): readonly string[] {
  try {
    return /^\d+ \((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.slice(1) ?? [];
  } catch {
    return [];
  }
}

/** Process ids of the running children of `parent` that run `program`. */
export function childrenOf(parent: number, program: string): number[] {
  const pids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
  return pids.filter(pid => {
    const [name, state, ppid] = statOf(pid);
    return name === program && state !== 'Z' && Number(ppid) === parent;
  });
}

/** Whether that process runs; one that has ended and waits to be reaped (Z) does not. */
export const isRunning = (pid: number): boolean => !['Z', undefined].includes(statOf(pid)[1]);

/** Returns a dark screen of that size. */
export function darkScreen(width: number, height: number): ScreenState {
  return {
    powered: true,
    on: true,
    text: [],
    bitmap: { width, height, pixels: new Uint8Array(width * height) },
  };
}

/** Returns one 0 or 1 a pixel, from bits in rows padded to whole bytes with the leftmost pixel highest. */
export function litPixels(bits: Uint8Array, width: number, height: number): number[] {
  const rowBytes = Math.ceil(width / 8);
  return Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return ((bits[y * rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
  });
}
