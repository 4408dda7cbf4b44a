import {
  Deframer,
  decodeFrame,
  FRAME_REQUEST,
  FRAME_RESPONSE,
  FRAME_SEALED_REQUEST,
  FRAME_SEALED_RESPONSE,
} from '@passfob/protocol/frame';
import { plainFrames } from '@passfob/protocol/trace/plain';
import { paced } from './paced.ts';
import type { Transport } from './transport.ts';

/** The types of frames by the end that sends them. */
const TYPES = {
  owner: [FRAME_REQUEST, FRAME_SEALED_REQUEST],
  fob: [FRAME_RESPONSE, FRAME_SEALED_RESPONSE],
} as const;

/**
 * Lets through only whole, valid frames of the types that one end sends (docs/protocol.md, "Frames"); their commands
 * may be of later versions. Holds at most one frame and one chunk.
 */
export class FrameFilter {
  private readonly types: readonly (number | undefined)[];
  private readonly deframer: Deframer;

  constructor(sender: keyof typeof TYPES) {
    this.types = TYPES[sender];
    this.deframer = new Deframer();
  }

  /** Returns the frames that end in this chunk, as they are on the wire. */
  receive(chunk: string): string[] {
    const frames: string[] = [];
    this.deframer.receive(chunk, text => {
      if (this.types.includes(decodeFrame(plainFrames, text)?.[0])) frames.push(`~${text}\n`);
    });
    return frames;
  }
}

/**
 * Wraps the port of a fob for a relay, which does not trust the owner at its other end: only frames pass, each way. So
 * a console that is open on the port gets no text of a service, and shows it none (docs/threat-model.md, "Agents").
 * The port is paced, since the relay holds it.
 */
export function framesOnly(port: Transport): Transport {
  const transport = paced(port);
  const toFob = new FrameFilter('owner');
  return {
    ...transport,
    async send(text) {
      // All of them wait in order at the port before other text comes.
      await Promise.all(toFob.receive(text).map(frame => transport.send(frame)));
    },
    onText(listener) {
      const fromFob = new FrameFilter('fob');
      return transport.onText(text => {
        for (const frame of fromFob.receive(text)) listener(frame);
      });
    },
  };
}
