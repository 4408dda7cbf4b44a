import { Deframer, decodeFrame, FRAME_SEALED_REQUEST, FRAME_SEALED_RESPONSE } from '@passfob/protocol/frame';
import type { Session } from '@passfob/protocol/session';
import { primitives } from './suspect-fob.ts';
import { hexOf } from './vectors.ts';

/** One end of the line, up to where messages are understood: the messages it has accepted. */
export class Receiver {
  /** Payloads of clear messages and plaintexts of sealed ones, as hexadecimal digits. */
  readonly messages: string[] = [];
  private readonly deframer = new Deframer();
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  receive(chunk: string): this {
    this.deframer.receive(chunk, text => {
      const payload = decodeFrame(primitives, text);
      if (!payload) return;
      if (payload[0] !== FRAME_SEALED_REQUEST && payload[0] !== FRAME_SEALED_RESPONSE) {
        this.messages.push(hexOf(payload));
        return;
      }
      const message = this.session.open(payload);
      if (message) this.messages.push(hexOf(message.bytes));
    });
    return this;
  }
}
