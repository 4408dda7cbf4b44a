import { Writer } from '@passfob/protocol/bytes';
import type { Request, Response } from '@passfob/protocol/commands';
import { encodeClear, FRAME_REQUEST, FRAME_RESPONSE } from '@passfob/protocol/frame';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { refusalError } from '../errors.ts';
import type { Link, RetryPolicy } from './link.ts';
import { behindType, type ClearCommand, type FobResponse, readResponse, writeRequest } from './messages.ts';

/** One-byte sequence numbers, which wrap around, to match answers with clear requests. */
export interface Sequence {
  last: number;
}

/**
 * Sends a command outside a session. Each retry has a new sequence number and is rebuilt by `request`, so that its
 * nonce is fresh; answers to earlier tries are ignored.
 * @throws FobError `refused` and the kinds of `Link.exchange`
 */
export async function askClear<N extends ClearCommand>(
  link: Link,
  sequence: Sequence,
  name: N,
  request: () => Request<N>,
  patience: RetryPolicy,
  signal?: AbortSignal,
): Promise<Response<N>> {
  const answer = await link.exchange<FobResponse<N>>(
    {
      frame() {
        sequence.last = (sequence.last + 1) & 255;
        const payload = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_REQUEST, 1).number(sequence.last, 1);
        return encodeClear(link.primitives, writeRequest(payload, name, request()));
      },
      accept(payload) {
        const from = behindType(payload);
        if (payload[0] !== FRAME_RESPONSE || from.number(1) !== sequence.last) return undefined;
        return readResponse(from, name);
      },
    },
    patience,
    signal,
  );
  if (answer.response === undefined) throw refusalError(answer.status);
  return answer.response;
}
