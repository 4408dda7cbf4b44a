import { joined } from '@passfob/protocol/trace/blocks';
import type { TraceRecord } from '@passfob/protocol/trace/records';
import { Screening } from '@passfob/protocol/trace/screening';
import { TraceWriter } from '@passfob/protocol/trace/write';
import type { SimulatedFob } from '../../base/fob.ts';
import { MAX_INSIDE_ENTRIES, MAX_TRACE_BYTES, MAX_TRACE_RECORDS } from './limits.ts';

/** A write to a memory, or an erasure: which bytes, not their contents. */
export interface MemoryWrite {
  /** Virtual UTC in ms since 1970. */
  readonly atMs: number;
  readonly memory: string;
  readonly act: string;
  readonly at: number;
  readonly length: number;
}

/**
 * The latest records of one fob that may be shown: sessions opened by a pairing code, console input and keyboard
 * reports are left out before they are kept.
 */
export class TraceLog {
  readonly records: TraceRecord[] = [];
  /** The latest writes to the memories, oldest first. */
  readonly written: MemoryWrite[] = [];
  #bytes = 0;
  readonly #listeners = new Set<(record: TraceRecord) => void>();

  constructor(fob: SimulatedFob) {
    const screening = new Screening(record => this.#keep(record));
    fob.onEvent(record => screening.take(record));
  }

  /** Calls `listener` with each further record. Returns a function that stops it. */
  onRecord(listener: (record: TraceRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Returns the records as a trace file (docs/scenarios.md). */
  file(board: string): Uint8Array {
    const writer = new TraceWriter({ program: 'passfob simulate', board });
    return joined(writer.start(), ...this.records.map(record => writer.record(record)));
  }

  #keep(record: TraceRecord): void {
    if (record.kind === 'memory') this.#write(record);
    this.records.push(record);
    this.#bytes += bytesIn(record);
    while (this.records.length > MAX_TRACE_RECORDS || this.#bytes > MAX_TRACE_BYTES) {
      const oldest = this.records.shift();
      if (oldest === undefined) break;
      this.#bytes -= bytesIn(oldest);
    }
    for (const listener of [...this.#listeners]) listener(record);
  }

  #write({ atUs, memory, act, at, length }: Extract<TraceRecord, { kind: 'memory' }>): void {
    this.written.push({ atMs: atUs / 1_000, memory, act, at, length });
    if (this.written.length > MAX_INSIDE_ENTRIES) this.written.shift();
  }
}

function bytesIn(record: TraceRecord): number {
  return record.kind === 'bytes' ? record.bytes.length : 0;
}

const logs = new WeakMap<SimulatedFob, TraceLog>();

/** Returns the log of a fob. It begins with the first call, so call it when the fob has booted. */
export function traceLogOf(fob: SimulatedFob): TraceLog {
  const known = logs.get(fob) ?? new TraceLog(fob);
  logs.set(fob, known);
  return known;
}
