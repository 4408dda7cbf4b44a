import { Reader, Writer } from '@passfob/protocol/bytes';
import type { Request } from '@passfob/protocol/commands';
import {
  encodeFrame,
  FRAME_RESPONSE,
  FRAME_SEALED_REQUEST,
  FRAME_SEALED_RESPONSE,
} from '@passfob/protocol/frame';
import { COUNTER_BYTES, PAYLOAD_BYTES_MAX, SESSION_RECORDS_MAX } from '@passfob/protocol/limits';
import { REFUSED_NO_SESSION, REFUSED_UNKNOWN_COMMAND } from '@passfob/protocol/refusals';
import type { Session } from '@passfob/protocol/session';
import type { Link, RetryPolicy } from './link.ts';
import { behindType, type FobResponse, readResponse, type SealedCommand, writeRequest } from './messages.ts';

/** The owner's side of an open session. */
export class Channel {
  private readonly link: Link;
  private readonly session: Session;
  private counter: number;

  constructor(link: Link, session: Session) {
    this.link = link;
    this.session = session;
    this.counter = 0;
  }

  /** Whether every counter of the session has been used. */
  get isSpent(): boolean {
    return this.counter >= SESSION_RECORDS_MAX;
  }

  /**
   * Sends a command inside the session. Each retry sends the same bytes, which the fob executes once. A fob without
   * the session answers REFUSED_NO_SESSION in the clear, and that answer is not authenticated.
   * @throws FobError the kinds of `Link.exchange`; after `no-answer` the session must not be used again
   */
  ask<N extends SealedCommand>(
    name: N,
    request: Request<N>,
    patience: RetryPolicy,
    signal?: AbortSignal,
  ): Promise<FobResponse<N>> {
    const plain = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_SEALED_REQUEST, 1);
    writeRequest(plain, name, request);
    const counter = this.counter;
    this.counter++;
    const frame = encodeFrame(this.link.primitives, this.session.seal(counter, plain.done()));
    return this.link.exchange<FobResponse<N>>(
      {
        frame: () => frame,
        accept: payload => {
          if (payload[0] === FRAME_RESPONSE) return hintOfNoSession(behindType(payload));
          // Opening a sealed frame advances the session, so only the answer to this request may be opened.
          if (payload[0] !== FRAME_SEALED_RESPONSE || counterOf(payload) !== counter) return undefined;
          const message = this.session.open(payload);
          const answer = message && readResponse(message, name);
          // No fob answers this inside a session, but earlier images do so for an unknown command.
          return answer?.status === REFUSED_NO_SESSION
            ? { status: REFUSED_UNKNOWN_COMMAND, response: undefined }
            : answer;
        },
      },
      patience,
      signal,
    );
  }
}

function counterOf(payload: Uint8Array): number {
  const header = new Reader(payload, 1);
  const counter = header.number(COUNTER_BYTES);
  return header.bad ? -1 : counter;
}

function hintOfNoSession(from: Reader): { status: number; response: undefined } | undefined {
  const isHint = from.number(1) === 0 && from.number(1) === 0 && from.number(1) === REFUSED_NO_SESSION;
  return isHint && from.ended ? { status: REFUSED_NO_SESSION, response: undefined } : undefined;
}
