import { TRACE_BYTES_DEFAULT } from '@passfob/protocol/trace/limits';
import type { TraceRecord } from '@passfob/protocol/trace/records';
import { Screening } from '@passfob/protocol/trace/screening';
import { TraceWriter } from '@passfob/protocol/trace/write';
import type { SimulatedFob } from '../../base/fob.ts';

export interface TraceOptions {
  /** The trace ends before it is longer. Default: 64 MB. */
  readonly maxBytes?: number;
  /** Whether the texts on the screen are in it: passcodes, and pairing codes while they are valid. Default: no. */
  readonly screens?: boolean;
  /** Program and version that record. */
  readonly program?: string;
}

/** A trace that is being recorded. */
export interface Recording {
  /** Bytes written so far. */
  readonly bytes: number;
  /** Whether the limit was reached, or writing failed; nothing more is written. */
  readonly isFull: boolean;
  /** Writes what still waits, and ends it. */
  stop(): void;
}

/**
 * Records a fob as pcapng (docs/scenarios.md): the bytes of all ports both ways, keys, power, memories and changes of the
 * screen. Sessions opened by a pairing code, console input and typed passcodes are left out.
 * @param write gets whole blocks, in order; an error of it passes through the call that moved the fob, and ends the
 * recording
 */
export function recordTrace(
  fob: SimulatedFob,
  write: (bytes: Uint8Array) => void,
  options: TraceOptions = {},
): Recording {
  return new TraceRecorder(fob, write, options);
}

class TraceRecorder implements Recording {
  readonly #fob: SimulatedFob;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #options: TraceOptions;
  readonly #writer: TraceWriter;
  readonly #screening = new Screening(record => this.#record(record));
  readonly #leave: readonly (() => void)[];
  #shown = '';
  /** Time of the last event. The clock of the fob shows only milliseconds, and would go back. */
  #atUs = 0;
  #isStopped = false;
  bytes = 0;
  isFull = false;

  constructor(fob: SimulatedFob, write: (bytes: Uint8Array) => void, options: TraceOptions) {
    this.#fob = fob;
    this.#write = write;
    this.#options = options;
    this.#writer = new TraceWriter({
      program: options.program ?? '@passfob/simulator',
      board: fob.board,
    });
    this.#put(this.#writer.start());
    this.#leave = [
      fob.onEvent(event => {
        this.#atUs = event.atUs;
        this.#screening.take(event);
      }),
      fob.onScreen(() => this.#screenChanged()),
    ];
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const leave of this.#leave) leave();
    this.#screening.end();
  }

  /** A record for each state of the screen that reads differently. */
  #screenChanged(): void {
    const { on, text } = this.#fob.screen();
    const shown = JSON.stringify([on, text]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const atUs = Math.max(this.#atUs, this.#fob.now() * 1000);
    this.#screening.take({
      kind: 'screen',
      atUs,
      on,
      ...(this.#options.screens === true && { text: [...text] }),
    });
  }

  #record(record: TraceRecord): void {
    if (this.isFull) return;
    const block = this.#writer.record(record);
    const ending = this.#writer.record({ kind: 'cut-short', atUs: record.atUs });
    const maxBytes = this.#options.maxBytes ?? TRACE_BYTES_DEFAULT;
    this.isFull = this.bytes + block.length + ending.length > maxBytes;
    this.#put(this.isFull ? ending : block);
  }

  #put(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    try {
      this.#write(bytes);
    } catch (error) {
      this.isFull = true;
      throw error;
    }
  }
}
