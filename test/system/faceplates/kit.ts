import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { SimulatedFob, Wire } from '@passfob/simulator/base/fob';
import type { ScreenState } from '@passfob/simulator/faceplates/control/screen-feed';
import { boot } from '@passfob/simulator/fob/boot';
import type { RecordedFacts } from '@passfob/simulator/recording/replay/format';
import { onTestFinished } from 'vitest';

/**
 * A small, readable fob, written by hand for the Pico: it says whether its button is down and how often it was
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
  return {
    board: 'pico',
    espruino: '2v29',
    clock: 'virtual',
    seed,
    startMs: Date.UTC(2026, 0, 1),
    image: '',
    files: {},
    faults: {},
    parts: {},
    crystal: false,
  };
}

/** Boots that fob by such facts; it is closed when the test is over. */
export function bootByFacts({ seed, startMs }: RecordedFacts): SimulatedFob {
  const fob = boot({ board: 'pico', seed, startMs, crystal: false, image: TEST_IMAGE });
  onTestFinished(() => fob.close());
  return fob;
}

/** A wire whose far end echoes its input. */
export function loopedWire(): Wire {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  return {
    write: bytes => {
      for (const listener of listeners) listener(Uint8Array.from(bytes));
    },
    onData: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A wire whose far end is the test: it sends bytes at any time, and is told about input. */
export function spokenWire(): { wire: Wire; say(bytes: Uint8Array): void; heard: Promise<void> } {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  let tell = () => {};
  const heard = new Promise<void>(resolve => {
    tell = resolve;
  });
  const wire: Wire = {
    write: () => tell(),
    onData: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    wire,
    heard,
    say: bytes => {
      for (const listener of listeners) listener(bytes);
    },
  };
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

export interface Taken {
  bytes(): Buffer;
  /** Resolves when that many bytes have come in all. */
  until(count: number): Promise<void>;
}

/** Collects the output of a stream. */
export function taken(stream: Readable): Taken {
  let got = Buffer.alloc(0);
  let wake = () => {};
  stream.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
    wake();
  });
  return {
    bytes: () => got,
    async until(count) {
      while (got.length < count) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
  };
}

/** Process ids of the running children of `parent` that run `program` (Linux's /proc; zombies do not count). */
export function childrenOf(parent: number, program: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        // proc_pid_stat(5): pid (comm) state ppid …
        const [, name, state, ppid] =
          /^\d+ \((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return name === program && state !== 'Z' && Number(ppid) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

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

/** Whether that process runs; one that has ended and waits to be reaped does not (proc_pid_stat(5), state Z). */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
