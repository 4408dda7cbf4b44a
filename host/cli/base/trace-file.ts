import { closeSync, writeSync } from 'node:fs';
import { TRACE_BYTES_DEFAULT } from '@passfob/protocol/trace/limits';
import type { TraceWay } from '@passfob/protocol/trace/records';
import { Screening } from '@passfob/protocol/trace/screening';
import { TraceWriter } from '@passfob/protocol/trace/write';
import { packageVersion } from '../../commands/package-root.ts';
import { FobError } from '../../errors.ts';
import { openAnew } from '../../private-file.ts';

/**
 * Begins a trace file, which replaces one of that name, and returns the function that records text of a connection in
 * it. Sessions opened by a pairing code and what is typed at a console are left out. A record is in the file at once.
 * The trace ends where it would grow beyond its limit, or cannot be written.
 * @throws FobError `bad-input` if the file cannot be made
 */
export function traceToFile(path: string): (port: string, way: TraceWay, text: string) => void {
  const writer = new TraceWriter({ program: `passfob ${packageVersion()}`, board: 'connection' });
  let file: number | undefined = opened(path);
  let left = TRACE_BYTES_DEFAULT;
  const end = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const write = (bytes: Uint8Array, atUs = 0) => {
    if (file === undefined) return;
    const isFull = left < bytes.length;
    const block = isFull ? writer.record({ kind: 'cut-short', atUs }) : bytes;
    left -= block.length;
    try {
      for (let at = 0; at < block.length; ) at += writeSync(file, block, at);
      if (isFull) end();
    } catch {
      // A full disk must not stop the command, which may be in the middle of a change.
      end();
    }
  };
  write(writer.start());
  const screening = new Screening(record => write(writer.record(record), record.atUs));
  // Behind a frame without its end everything waits, which matters most of a fob that has failed.
  process.once('exit', () => screening.end());
  return (port, way, text) => {
    const atUs = Math.round((performance.timeOrigin + performance.now()) * 1_000);
    screening.take({ kind: 'bytes', atUs, port, way, bytes: new Uint8Array(Buffer.from(text, 'latin1')) });
  };
}

function opened(path: string): number {
  try {
    // Only this user reads it: it tells when which fob was used.
    return openAnew(path);
  } catch (cause) {
    throw new FobError('bad-input', {
      sentence: `The trace file ${path} cannot be written.`,
      next: 'Name a file in a folder that you may write to.',
      cause,
    });
  }
}
