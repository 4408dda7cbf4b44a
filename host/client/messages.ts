import { Reader, type Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName, type Request, type Response } from '@passfob/protocol/commands';
import { decodeFields, encodeFields, type Values } from '@passfob/protocol/layout';
import { FobError } from '../errors.ts';
import { checkAnswer } from './answers.ts';

/** Commands that are sent in the clear, before a session. */
export type ClearCommand = { [N in CommandName]: (typeof COMMANDS)[N][2] extends 0 ? N : never }[CommandName];
/** Commands that need a session. */
export type SealedCommand = Exclude<CommandName, ClearCommand>;

/** A fob's answer: its fields, or the number of a refusal. */
export type FobResponse<N extends CommandName> =
  | { readonly status: 0; readonly response: Response<N> }
  | { readonly status: number; readonly response: undefined };

/**
 * Appends command byte and fields.
 * @throws FobError `bad-input` for a field of a length that the wire does not carry
 */
export function writeRequest<N extends CommandName>(out: Writer, name: N, request: Request<N>): Writer {
  const [code, , , layout] = COMMANDS[name];
  out.number(code, 1);
  encodeFields(layout, request as Values, out);
  if (out.full)
    throw new FobError('bad-input', {
      sentence: unfitField(layout, request as Values) ?? `The request "${name}" is too long.`,
      next: `The layout of "${name}" is in docs/protocol.md, section Commands.`,
    });
  return out;
}

/** Names the first field of the wrong length, and the length it needs; never its value, which may be a secret. */
function unfitField(layout: string, values: Values): string | undefined {
  for (const field of layout.split(' ')) {
    const [, name = '', kind, size] = /^(\w+):([bv])(\d+)$/.exec(field) ?? [];
    const value = values[name];
    if (typeof value !== 'object') continue;
    const { length } = value;
    const needs = `${kind === 'b' ? 'exactly' : 'at most'} ${size} bytes`;
    if (kind === 'b' ? length !== Number(size) : length > Number(size))
      return `The field "${name}" has ${length} bytes; it takes ${needs}.`;
  }
  return undefined;
}

/**
 * Reads command byte, status and fields.
 * @returns undefined for an answer to another command
 * @throws FobError `wrong-version` if the fields or their numbers are not those of this protocol version
 */
export function readResponse<N extends CommandName>(from: Reader, name: N): FobResponse<N> | undefined {
  const [code, , , , layout] = COMMANDS[name];
  if (from.number(1) !== code) return undefined;
  const status = from.number(1);
  if (from.bad) return undefined;
  if (status !== 0) return { status, response: undefined };
  // Fields of a later version would follow the known ones; an answer that does not match exactly is refused.
  const response = decodeFields(layout, from);
  if (!response) throw new FobError('wrong-version');
  checkAnswer(name, response as Response<N>);
  return { status: 0, response: response as Response<N> };
}

/** Returns a reader over a payload, positioned after its type byte. */
export function behindType(payload: Uint8Array): Reader {
  return new Reader(payload, 1);
}
