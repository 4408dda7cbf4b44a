import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { readSerial } from '../client/fob-serial.ts';
import { refuseOpenedDatabase } from '../database-file.ts';
import { FobError } from '../errors.ts';
import { openStream, withShortLines } from '../read-whole.ts';
import { CODE_LINE_CHARS_MAX, CODE_WAIT_MS, CODES_KEPT_MAX } from './limits.ts';

/** A source of pairing codes read off the screens: one line each, the fob's serial and then its code. */
export interface Codes {
  /** Waits for the next code of this fob. @throws FobError `bad-input` if none comes */
  next(serial: string): Promise<string>;
  close(): void;
}

/** @param path a pipe, `/dev/fd/N`, a terminal or a file. @throws FobError `bad-input` if it cannot be read */
export function codesFrom(path: string): Codes {
  refuseOpenedDatabase(path);
  try {
    return codesOf(openStream(path));
  } catch (cause) {
    throw new FobError('bad-input', {
      sentence: `The pairing codes cannot be read from ${path}.`,
      next: 'Check its name and that it may be read.',
      cause,
    });
  }
}

/** Reads codes from a stream. Codes may come in any order, before or after the question for them. */
export function codesOf(stream: Readable): Codes {
  const kept = new Map<string, string>();
  const waiting = new Map<string, { take(code: string): void; fail(): void }>();
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
    for (const each of waiting.values()) each.fail();
  };
  const lines = createInterface({
    input: withShortLines(stream, CODE_LINE_CHARS_MAX),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  lines.on('line', line => {
    const [, typed = '', code = ''] =
      /^\s*([\w-]+)[\s,;:]+(\S.*)$/.exec(line.slice(0, CODE_LINE_CHARS_MAX)) ?? [];
    const serial = serialOf(typed);
    if (serial === undefined) return;
    const wanted = waiting.get(serial);
    if (wanted) wanted.take(code);
    else if (kept.size < CODES_KEPT_MAX || kept.has(serial)) kept.set(serial, code);
  });
  lines.on('close', end);
  stream.on('error', end);
  return {
    next(serial) {
      const code = kept.get(serial);
      kept.delete(serial);
      if (code !== undefined) return Promise.resolve(code);
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(timer);
          waiting.delete(serial);
          finish();
        };
        const fail = () => settle(() => reject(noCode(serial)));
        const timer = setTimeout(fail, CODE_WAIT_MS);
        waiting.set(serial, { take: found => settle(() => resolve(found)), fail });
        if (hasEnded) fail();
      });
    },
    close() {
      lines.close();
      stream.destroy();
    },
  };
}

function serialOf(typed: string): string | undefined {
  try {
    return readSerial(typed);
  } catch {
    return undefined;
  }
}

function noCode(serial: string): FobError {
  return new FobError('bad-input', {
    sentence: `No pairing code came for the fob ${serial}.`,
    next: 'Write one line for each fob: its serial and the code on its screen.',
  });
}
