import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName, type Handlers } from '@passfob/protocol/commands';
import { dispatch } from '@passfob/protocol/dispatch';
import {
  Deframer,
  decodeFrame,
  encodeClear,
  encodeFrame,
  FRAME_REQUEST,
  FRAME_RESPONSE,
  FRAME_SEALED_REQUEST,
} from '@passfob/protocol/frame';
import { decodeFields, encodeFields, type Values } from '@passfob/protocol/layout';
import { FRAME_CHARS_MAX, PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import type { Primitives } from '@passfob/protocol/primitives';
import type { Session } from '@passfob/protocol/session';
import { hostPrimitives } from 'passfob/client/primitives';
import { espruinoAtob } from './espruino-atob.ts';
import { EXCHANGES } from './samples.ts';
import { valuesOf } from './vectors.ts';

/** The host's primitives, except for base64, which is as dangerous as the device's. */
export const primitives: Primitives = { ...hostPrimitives, decode64: espruinoAtob };

export function check(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

export const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const RESPONSES = new Map(
  EXCHANGES.filter(({ in: { refusal } }) => refusal === undefined).map(
    ({ in: { command, response } }) => [command, valuesOf(response ?? {})] as const,
  ),
);

/** Returns the only valid text for a payload. */
function written(payload: Uint8Array): string {
  const clear = payload[0] === FRAME_REQUEST || payload[0] === FRAME_RESPONSE;
  const frame = clear
    ? encodeClear(primitives, new Writer(PAYLOAD_BYTES_MAX).raw(payload))
    : encodeFrame(primitives, payload);
  return frame.slice(1, -1);
}

/**
 * The watched way into a fob, from bytes to handlers: whatever arrives, no exception comes out, no more than a frame
 * is held, and only a request that is written exactly as its layout says reaches a handler.
 */
export class SuspectFob {
  readonly texts: string[] = [];
  reached = 0;
  private readonly deframer = new Deframer();
  private readonly session: Session | undefined;
  private readonly handlers: Handlers;
  private name: CommandName | undefined;
  private values: Values = {};

  constructor(session?: Session) {
    this.session = session;
    const handler = (name: CommandName) => (values: Values) => {
      this.name = name;
      this.values = values;
      return RESPONSES.get(name);
    };
    const names = Object.keys(COMMANDS) as CommandName[];
    this.handlers = Object.fromEntries(names.map(name => [name, handler(name)])) as unknown as Handlers;
  }

  receive(chunk: string): void {
    this.deframer.receive(chunk, text => {
      this.texts.push(text);
      this.frame(text);
    });
    const held: unknown = Reflect.get(this.deframer, 'held');
    check(typeof held === 'string' && held.length <= FRAME_CHARS_MAX, 'the deframer holds more than a frame');
  }

  private frame(text: string): void {
    const payload = decodeFrame(primitives, text);
    if (!payload) return;
    check(payload.length <= PAYLOAD_BYTES_MAX, 'a payload longer than any');
    check(written(payload) === text, 'two texts for one payload');
    if (payload[0] === FRAME_REQUEST) this.dispatch(0, payload, 2);
    else if (payload[0] === FRAME_SEALED_REQUEST) this.sealed(payload);
  }

  private sealed(payload: Uint8Array): void {
    if (!this.session) return;
    const before = this.session.received;
    const request = this.session.open(payload);
    if (request) this.dispatch(1, request.bytes, request.at);
    else check(this.session.received === before, 'a refused record moved the session on');
  }

  /** @param at where the command byte stands */
  dispatch(sealed: number, request: Uint8Array, at: number): void {
    this.name = undefined;
    const out = new Writer(PAYLOAD_BYTES_MAX).number(0xee, 1);
    dispatch(this.handlers, sealed, new Reader(request, at), out);
    check(!out.full && out.at >= 3, 'no whole answer');
    const answer = new Reader(out.done(), 1);
    check(answer.number(1) === (request[at] ?? 0), 'an answer to another command');
    const status = answer.number(1);
    const name = this.name as CommandName | undefined;
    if (name === undefined) {
      check(status !== 0 && answer.ended, 'an answer without a handler');
      return;
    }
    this.reached++;
    const [code, , where, layout, response] = COMMANDS[name];
    check(where === sealed, 'a handler on the wrong side of the session');
    const exact = new Writer(PAYLOAD_BYTES_MAX).number(code, 1);
    encodeFields(layout, this.values, exact);
    check(
      !exact.full && isSame(exact.done(), request.subarray(at)),
      'a handler reached by a malformed request',
    );
    check(status === 0 && decodeFields(response, answer) !== undefined, 'an answer that cannot be read');
  }
}
