import type { Reader } from '../bytes.ts';
import { COMMANDS, type CommandName, type CommandRow } from '../commands.ts';
import { REFUSALS, type RefusalName } from '../refusals.ts';
import { fieldsOf, type TraceField } from './fields.ts';

/** A request or a response: its command by the table of the protocol, and its fields. */
export interface TraceMessage {
  readonly code: number;
  /** Undefined for a code that the table lacks. */
  readonly command?: string;
  /** Of a response: 0 or the number of a refusal. */
  readonly status?: number;
  /** The refusal's name, where the registry has it. */
  readonly refusal?: string;
  readonly fields: readonly TraceField[];
  /** Why the fields cannot be read. */
  readonly fault?: string;
}

/** What cannot be read in a message. */
export const MESSAGE_FAULTS = {
  ended: 'it ends before its command',
  unknown: 'an unknown command',
  fields: 'its fields do not fit the command',
} as const;

const ROWS = new Map<number, readonly [CommandName, CommandRow]>();
for (const name of Object.keys(COMMANDS) as CommandName[])
  ROWS.set(COMMANDS[name][0], [name, COMMANDS[name]]);

const REFUSAL_NAMES = new Map<number, RefusalName>();
for (const name of Object.keys(REFUSALS) as RefusalName[]) REFUSAL_NAMES.set(REFUSALS[name].code, name);

/**
 * Reads a message from its command on.
 * @param isResponse whether a status follows the command
 */
export function messageOf(from: Reader, isResponse: boolean, showsSecrets: boolean): TraceMessage {
  const code = from.number(1);
  if (from.bad) return { code, fields: [], fault: MESSAGE_FAULTS.ended };
  const row = ROWS.get(code);
  if (!isResponse) {
    const command = row?.[0];
    return { code, ...(command && { command }), ...readFields(row, 3, from, showsSecrets) };
  }
  const status = from.number(1);
  const refusal = REFUSAL_NAMES.get(status);
  const head = { code, ...(row && { command: row[0] }), status, ...(refusal && { refusal }) };
  if (from.bad) return { ...head, fields: [], fault: MESSAGE_FAULTS.ended };
  // A refusal has no fields, and may answer a command that nobody knows.
  if (status !== 0) return { ...head, fields: [], ...(from.ended ? {} : { fault: MESSAGE_FAULTS.fields }) };
  return { ...head, ...readFields(row, 4, from, showsSecrets) };
}

function readFields(
  row: readonly [CommandName, CommandRow] | undefined,
  column: 3 | 4,
  from: Reader,
  showsSecrets: boolean,
): Pick<TraceMessage, 'fields' | 'fault'> {
  if (row === undefined) return { fields: [], fault: MESSAGE_FAULTS.unknown };
  const fields = fieldsOf(row[0], row[1][column], from, showsSecrets);
  return fields === undefined ? { fields: [], fault: MESSAGE_FAULTS.fields } : { fields };
}
