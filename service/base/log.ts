import { processLimits } from './limits/process.ts';

/** The level of a line of the log. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** The fields of a line besides its message: never a body, a typed name or a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Writes one line of the log. */
export type Log = (level: Level, message: string, fields?: LogFields) => void;

const ORDER: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** A log that discards every line. */
export const noLog: Log = () => undefined;

/**
 * Makes a log of JSON lines: `{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"request",…}`.
 *
 * @param from the lowest level to write; `silent` writes none
 */
export function jsonLog(write: (line: string) => void, from: Level | 'silent', clock: () => number): Log {
  if (from === 'silent') return noLog;
  return (level, message, fields) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(from)) return;
    const time = new Date(clock()).toISOString();
    write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
  };
}

/** A writer that gathers lines. */
export interface GatheredLines {
  readonly write: (line: string) => void;
  /** Writes the gathered lines now: before the process ends, however it ends. */
  readonly flush: () => void;
}

/**
 * Writes lines once per turn of the event loop: a write costs as much for the lines of sixty requests as for one. A
 * killed process loses at most the lines of its last turn.
 *
 * @param write gets whole lines, in order
 */
export function gatherLines(write: (lines: string) => void): GatheredLines {
  let gathered = '';
  let later: NodeJS.Immediate | undefined;
  const flush = () => {
    clearImmediate(later);
    later = undefined;
    const lines = gathered;
    gathered = '';
    if (lines !== '') write(lines);
  };
  return {
    write(line) {
      gathered += line;
      if (gathered.length >= processLimits.logGatheredMax) flush();
      else later ??= setImmediate(flush);
    },
    flush,
  };
}
