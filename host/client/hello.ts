import type { Response } from '@passfob/protocol/commands';
import { serialText } from './fob-serial.ts';

export type FobState = 'blank' | 'owned' | 'keys-lost' | 'damaged';

/** In the order of their numbers on the wire. */
const STATES: readonly FobState[] = ['blank', 'owned', 'keys-lost', 'damaged'];

/** A fob's unauthenticated answer about itself; only a session proves its identity. */
export interface Hello {
  readonly state: FobState;
  /** Protocol version: 1 up to passfob's own. Commands of later versions are not sent. */
  readonly version: number;
  /** In the form for people: `PF-7Q4M-K2XZ`. */
  readonly serial: string;
  readonly serialBytes: Uint8Array;
  readonly board: string;
  /** The version of the image. */
  readonly firmware: string;
  /** The version of the interpreter under it, `2v29`; undefined for an image that does not tell. */
  readonly interpreter: string | undefined;
  /** Bit n: the board computes algorithm n. */
  readonly algorithms: number;
}

/** @param response within `ANSWER_LIMITS`, as every answer */
export function readHello(response: Response<'hello'>): Hello {
  const [firmware = '', interpreter] = printable(response.firmware).split(' ');
  return {
    state: STATES[response.state] as FobState,
    version: response.version,
    serial: serialText(response.serial),
    serialBytes: response.serial,
    board: printable(response.board),
    firmware,
    interpreter: interpreter || undefined,
    algorithms: response.algorithms,
  };
}

/** Decodes ASCII from an untrusted sender, without characters that a terminal would interpret. */
function printable(bytes: Uint8Array): string {
  return Array.from(bytes, byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '?')).join('');
}
