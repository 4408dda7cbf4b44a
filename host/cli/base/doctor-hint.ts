import { type ErrorKind, FobError, shellWord } from '../../errors.ts';
import { NATIVE_DATABASE_TEXT } from '../../native-database.ts';
import { TEXTS } from '../../texts.ts';

/** Errors of ports and of the way to a fob. */
const OF_PORTS: readonly ErrorKind[] = [
  'no-answer',
  'no-fob',
  'port-absent',
  'port-busy',
  'port-failed',
  'port-forbidden',
  'port-hung',
];

/** Next steps of an inventory that this computer cannot open. */
const OF_INVENTORY: readonly string[] = [TEXTS.inventory.next, NATIVE_DATABASE_TEXT.next];

/**
 * Ends the next step of an error with the doctor, if the doctor examines such causes: ports, permissions, native parts
 * and the folder of the inventory. Mistakes in what was typed stay as they are.
 * @param port that the command used, if it was named
 */
export function withDoctor(error: unknown, port: string | undefined): unknown {
  if (!(error instanceof FobError)) return error;
  const { kind, message, next, refusal, details } = error;
  const isOfPort = OF_PORTS.includes(kind);
  if (!isOfPort && !(kind === 'inventory' && OF_INVENTORY.includes(next))) return error;
  if (next.includes('passfob doctor') || error.lines.length > 0) return error;
  return new FobError(kind, {
    sentence: message,
    next: doctorNext(next, isOfPort ? port : undefined),
    ...(refusal !== undefined && { refusal }),
    ...(details !== undefined && { details }),
    cause: error,
  });
}

/** Adds the doctor to a next step. */
export function doctorNext(next: string, port?: string): string {
  const end = next.endsWith('.') ? '' : '.';
  // As people write it.
  const bare = port?.replace(/^serial:(?=\/|COM\d+$)/, '');
  return `${next}${end} Run: passfob doctor${bare === undefined ? '' : ` --port ${shellWord(bare)}`}`;
}
