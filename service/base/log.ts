/** How much a line of the log matters. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** What a line says besides its message: never a body, a typed name or a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Writes one line of the log. */
export type Log = (level: Level, message: string, fields?: LogFields) => void;

const ORDER: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** Says nothing. */
export const noLog: Log = () => undefined;

/**
 * A log of JSON lines: `{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"request",…}`.
 *
 * @param from lines of less are left out; `silent` leaves out all
 */
export function jsonLog(write: (line: string) => void, from: Level | 'silent', clock: () => number): Log {
  if (from === 'silent') return noLog;
  return (level, message, fields) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(from)) return;
    const time = new Date(clock()).toISOString();
    write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
  };
}
