import { fileURLToPath } from 'node:url';
import { boot, type Fob, memoryStore, type StateStore } from '@passfob/simulator';
import { buildSync } from 'esbuild';
import { bytes } from './kit.ts';

export const PAGES = 192;
export const PAGE_BYTES = 32;
export const BYTES = PAGES * PAGE_BYTES;

/** The content of one write. */
export interface Write {
  readonly address: number;
  readonly data: Uint8Array;
}

/**
 * The firmware's `FlashPages` and, for the console, `w` that writes, `r` that reads all `f` free bytes, `v` that
 * counts the valid files, and `k` that writes another file.
 */
export const PAGES_IMAGE: string =
  buildSync({
    stdin: {
      contents: `import { FlashPages } from './flash-pages.ts';
var p = new FlashPages(${PAGES}, ${PAGE_BYTES}, 5);
global.w = (at, text) => p.write(at, E.toUint8Array(atob(text)));
global.r = () => btoa(p.read(0, ${BYTES}));
global.f = () => require('Storage').getFree();
global.v = () => (p.generationOf(0) >= 0) + (p.generationOf(1) >= 0);
global.k = () => require('Storage').write('keys', new Uint8Array(74).fill(1));`,
      resolveDir: fileURLToPath(new URL('../../../firmware/boards/parts/', import.meta.url)),
    },
    bundle: true,
    conditions: ['source'],
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['Storage'],
    target: 'es2017',
    logLevel: 'silent',
  }).outputFiles[0]?.text ?? '';

export function copyOf(store: StateStore): StateStore {
  const copy = memoryStore();
  copy.write(0, store.load() ?? new Uint8Array(0));
  return copy;
}

/** A board that runs only the pages; its console takes the commands. */
export class PagesBoard {
  readonly fob: Fob;

  constructor(seed: number, storage: StateStore, files: Readonly<Record<string, Uint8Array>> = {}) {
    this.fob = boot({
      board: 'banglejs2',
      seed,
      storage,
      image: { '.bootcde': bytes(PAGES_IMAGE), ...files },
    });
  }

  /** Returns the value of an expression, or undefined where the power went in it. */
  ask(expression: string): string | undefined {
    let text = '';
    const stop = this.fob.link.onData(data => {
      text += Buffer.from(data).toString('latin1');
    });
    this.fob.link.write(bytes(`print("<"+${expression}+">")\n`));
    stop();
    // The line is echoed too, with its quotation marks.
    return /<([^"]*)>\r\n/.exec(text)?.[1];
  }

  write({ address, data }: Write): boolean | undefined {
    const answer = this.ask(`w(${address},"${Buffer.from(data).toString('base64')}")`);
    return answer === undefined ? undefined : answer === 'true';
  }

  contents(): Buffer {
    return Buffer.from(this.ask('r()') ?? '', 'base64');
  }
}

/** Returns the bytes as they are after a write. */
export function written(contents: Buffer, { address, data }: Write): Buffer {
  const changed = Buffer.from(contents);
  changed.set(data, address);
  return changed;
}
