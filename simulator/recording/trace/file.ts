import { closeSync, writeSync } from 'node:fs';
import type { SimulatedFob } from '../../base/fob.ts';
import { openAnew } from '../../base/node/open-anew.ts';
import { type Recording, recordTrace, type TraceOptions } from './record.ts';

/** Only this user reads it: it tells when which fob was used. */
const PRIVATE = 0o600;

/**
 * Records a fob into a file, which begins anew. Each record is handed to the system at once, so the file of a process
 * that was killed is good up to its last whole record.
 * @param failed called once if the file cannot be written any more; the fob goes on without it
 * @throws the system's error if the file cannot be made
 */
export function traceToFile(
  fob: SimulatedFob,
  path: string,
  options: TraceOptions,
  failed: (error: unknown) => void,
): Recording {
  const file = openAnew(path, PRIVATE);
  let hasFailed = false;
  let isOpen = true;
  const write = (bytes: Uint8Array) => {
    if (hasFailed || !isOpen) return;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } catch (error) {
      hasFailed = true;
      failed(error);
    }
  };
  const recording = recordTrace(fob, write, options);
  return {
    get bytes() {
      return recording.bytes;
    },
    get isFull() {
      return recording.isFull;
    },
    stop() {
      recording.stop();
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}
