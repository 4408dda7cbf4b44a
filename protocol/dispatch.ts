import type { Reader, Writer } from './bytes.ts';
import { COMMAND_TEXT } from './command-text.ts';
import type { CommandName, Handlers } from './commands.ts';
import { decodeFields, encodeFields, type Values } from './layout.ts';
import {
  REFUSED_INTERNAL,
  REFUSED_MALFORMED,
  REFUSED_NO_SESSION,
  REFUSED_UNKNOWN_COMMAND,
} from './refusals.ts';

/**
 * Answers one request: reads it, calls its handler, writes status and response. Every request to a fob passes here,
 * on a board, in the simulator and in tests. No input makes it throw, and a malformed request reaches no handler.
 * @param sealed 1 when the request came inside a session
 * @param request command byte and fields
 * @param out receives command, status (0 or a refusal) and, after 0, the response's fields
 */
export function dispatch(handlers: Handlers, sealed: number, request: Reader, out: Writer): void {
  const code = request.number(1);
  const start = out.at;
  out.byte(code).byte(0);
  const refusal = answer(handlers, sealed, code, request, out);
  if (refusal !== 0) {
    out.at = start + 1;
    out.full = false;
    out.byte(refusal);
  }
}

/** The handlers as the codec sees them. The table guarantees that each handler gets values of its type. */
type AnyHandlers = Record<CommandName, (values: Values) => Values | number>;

function answer(handlers: Handlers, sealed: number, code: number, request: Reader, out: Writer): number {
  const at = COMMAND_TEXT.indexOf(`!${code};`);
  if (at < 0) return REFUSED_UNKNOWN_COMMAND;
  const row = COMMAND_TEXT.slice(at, COMMAND_TEXT.indexOf('!', at + 1)).split(';');
  if (+(row[2] as string) !== sealed) return REFUSED_NO_SESSION;
  const values = decodeFields(row[3] as string, request);
  if (!values) return REFUSED_MALFORMED;
  try {
    const result = (handlers as unknown as AnyHandlers)[row[1] as CommandName](values);
    if (typeof result === 'number') return result;
    encodeFields(row[4] as string, result, out);
    return out.full ? REFUSED_INTERNAL : 0;
  } catch {
    // The error's text is dropped, because it might hold a secret.
    return REFUSED_INTERNAL;
  }
}
