/**
 * What a trace holds: the bytes at the ports of one fob, both ways, and what happens to it. Times are microseconds
 * since 1970 of the clock that the recorder follows: the simulated one, or the computer's.
 */

/** Into the fob, or out of the fob. */
export type TraceWay = 'in' | 'out';
export const WAYS: readonly TraceWay[] = ['in', 'out'];

/**
 * Why bytes are missing. `code-session`: of a session that a pairing code opens, whose frames hold the pairing key.
 * `console`: typed at the interpreter, or its output afterwards. `typed`: by the fob as a keyboard. `unfinished`: of a
 * line that never ended. `earlier-session`: sealed, in a session that was opened before the trace began, perhaps by a
 * pairing code.
 */
export type LeftOut = 'code-session' | 'console' | 'typed' | 'unfinished' | 'earlier-session';
export const LEFT_OUT: readonly LeftOut[] = [
  'code-session',
  'console',
  'typed',
  'unfinished',
  'earlier-session',
];

export type PowerChange = 'off' | 'on' | 'reset';
export const POWER_CHANGES: readonly PowerChange[] = ['off', 'on', 'reset'];

export type MemoryName = 'flash' | 'eeprom' | 'files';
export const MEMORIES: readonly MemoryName[] = ['flash', 'eeprom', 'files'];

export type MemoryAct = 'write' | 'erase';
export const MEMORY_ACTS: readonly MemoryAct[] = ['write', 'erase'];

/** One packet, chunk or HID report at a port. */
export interface BytesRecord {
  readonly kind: 'bytes';
  readonly atUs: number;
  readonly port: string;
  readonly way: TraceWay;
  readonly bytes: Uint8Array;
}

export interface LeftOutRecord {
  readonly kind: 'left-out';
  readonly atUs: number;
  readonly port: string;
  readonly way: TraceWay;
  /** Bytes that are missing. */
  readonly length: number;
  readonly why: LeftOut;
}

/** Something that happens to the fob and is at no port. */
export type EventRecord =
  | { readonly kind: 'key'; readonly atUs: number; readonly key: number; readonly down: boolean }
  | { readonly kind: 'power'; readonly atUs: number; readonly change: PowerChange }
  /** The display changed. `text` only where it was asked for, because it shows passcodes and pairing codes. */
  | {
      readonly kind: 'screen';
      readonly atUs: number;
      readonly on: boolean;
      readonly text?: readonly string[];
    }
  /** An operation on a non-volatile memory: an address and a number of bytes. */
  | {
      readonly kind: 'memory';
      readonly atUs: number;
      readonly memory: MemoryName;
      readonly act: MemoryAct;
      readonly at: number;
      readonly length: number;
    }
  /** The file has reached its limit; nothing follows. */
  | { readonly kind: 'cut-short'; readonly atUs: number }
  /** A record of a later version. */
  | { readonly kind: 'unknown'; readonly atUs: number; readonly number: number };

export type TraceRecord = BytesRecord | LeftOutRecord | EventRecord;

/** Text of bytes, a character each. */
export function charactersOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
