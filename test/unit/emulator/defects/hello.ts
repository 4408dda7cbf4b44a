import type { VirtualBoard } from '@passfob/emulator/board/options';
import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { encodeClear, FRAME_REQUEST, FRAME_RESPONSE } from '@passfob/protocol/frame';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import type { Link } from 'passfob/client/link';
import { hostPrimitives } from 'passfob/client/primitives';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { passUntil } from './pass-until.ts';

/** The cable of a board, for a program that is compiled into this process. */
export function cableOf(board: VirtualBoard): Transport {
  const cable = pipe({
    name: 'virtual board',
    write: async text => board.link.write(Buffer.from(text, 'latin1')),
    release: async () => {},
  });
  board.link.onData(bytes => cable.receive(bytes));
  return cable.transport;
}

/**
 * Asks a fob once for its identity. Needs fake timers.
 * @param noise characters that the fob ignores, sent in front of the frame and in one piece with it
 * @returns the answer as text; undefined if none came within `waitMs` of the board's time
 */
export async function answerTo(
  board: VirtualBoard,
  link: Link,
  { number, noise, waitMs }: { readonly number: number; readonly noise: number; readonly waitMs: number },
): Promise<string | undefined> {
  const request = new Writer(PAYLOAD_BYTES_MAX)
    .number(FRAME_REQUEST, 1)
    .number(number, 1)
    .number(COMMANDS.hello[0], 1);
  const exchange = link.exchange(
    {
      frame: () => 'x'.repeat(noise) + encodeClear(hostPrimitives, request),
      accept: payload =>
        payload[0] === FRAME_RESPONSE && payload[1] === number
          ? Buffer.from(payload).toString('latin1')
          : undefined,
    },
    { answerTimeoutMs: waitMs, sendsMax: 1 },
  );
  return passUntil(
    board,
    exchange.catch(error => {
      if (isNoAnswer(error)) return undefined;
      throw error;
    }),
  );
}

/** Errors of a program that was compiled apart have a class of their own. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'no-answer';
}
