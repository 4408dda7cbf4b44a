import { FIFO_DEPTH, SETUP_LOCATIONS } from './limits.ts';

interface FifoWord {
  readonly word: number;
  readonly isStatus: boolean;
  readonly popped: () => void;
}

const nothing = () => {};

/** What came in for the device, and in what order (RM0368 §22.11.1). */
export class ReceiveFifo {
  #queue: FifoWord[] = [];
  #entries = 0;

  /** Whether an entry waits for the application: RXFLVL. */
  get isPending(): boolean {
    return this.#entries > 0;
  }

  /** Returns whether OUT data of `bytes` and their two status words fit into a FIFO of `depth` words. */
  accepts(bytes: number, depth: number): boolean {
    return this.#queue.length + Math.ceil(bytes / 4) + 2 <= Math.min(depth, FIFO_DEPTH) - SETUP_LOCATIONS;
  }

  /**
   * Adds an entry: a status word and data. It is lost where the memory is full of others, which software never popped.
   * @param popped called when software pops the status word
   */
  push(status: number, bytes: Uint8Array, popped: () => void = nothing): void {
    if (this.#queue.length + 1 + Math.ceil(bytes.length / 4) > FIFO_DEPTH) return;
    this.#queue.push({ word: status, isStatus: true, popped });
    this.#entries++;
    for (let at = 0; at < bytes.length; at += 4)
      this.#queue.push({ word: wordAt(bytes, at), isStatus: false, popped: nothing });
  }

  /** The status word on top, for GRXSTSR; 0 if none is there. */
  get top(): number {
    return this.#queue[0]?.word ?? 0;
  }

  /** Takes the word on top, as GRXSTSP and the data FIFO addresses do alike; 0 if none is there. */
  pop(): number {
    const first = this.#queue.shift();
    if (first === undefined) return 0;
    if (first.isStatus) this.#entries--;
    first.popped();
    return first.word;
  }

  flush(): void {
    this.#queue = [];
    this.#entries = 0;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let index = 3; index >= 0; index--) word = (word << 8) | (bytes[at + index] ?? 0);
  return word >>> 0;
}
