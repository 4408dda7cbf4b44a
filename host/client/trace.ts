import { COMMANDS } from '@passfob/protocol/commands';
import { Deframer, decodeFrame, FRAME_REQUEST, FRAME_SEALED_REQUEST } from '@passfob/protocol/frame';
import type { Transport } from '../transports/transport.ts';
import { hostPrimitives } from './primitives.ts';

/** Offset of a clear request's command code, and of the kind of key in `open`: after type and sequence number. */
const CODE_AT = 2;
const KEY_KIND_AT = 3;
const [OPEN] = COMMANDS.open;
const [FINISH] = COMMANDS.finish;

/**
 * Wraps a transport and reports each frame as a line: direction, milliseconds since the first, the payload as hex.
 * Secrets in them are sealed under the pairing key. Sessions opened by a pairing code are left out, from their `open`
 * until the pairing key opens another session: their frames contain the pairing key, so anybody who learns or guesses
 * the code could decrypt all other frames.
 * @param now milliseconds, for differences only
 */
export function traced(transport: Transport, say: (line: string) => void, now: () => number): Transport {
  const began = now();
  const secrecy = new Secrecy();
  const speaker = (way: '>' | '<') => {
    const deframer = new Deframer();
    return (text: string) =>
      deframer.receive(text, frame => {
        const payload = decodeFrame(hostPrimitives, frame);
        if (way === '>' && payload !== undefined) secrecy.sent(payload);
        say(`${way} ${Math.round(now() - began)} ${secrecy.isOf(payload) ? LEFT_OUT : hexOf(payload)}`);
      });
  };
  const sent = speaker('>');
  transport.onText(speaker('<'));
  return {
    ...transport,
    send(text) {
      sent(text);
      return transport.send(text);
    },
  };
}

/** Shown instead of a frame of a session that a pairing code opens. */
const LEFT_OUT = 'left out: of a session opened by a pairing code';

function hexOf(payload: Uint8Array | undefined): string {
  return payload ? Buffer.from(payload).toString('hex') : 'no frame';
}

/** Tracks, from the owner's frames, whether frames belong to a session that a pairing code opens. */
class Secrecy {
  #clear = false;
  #sealed = false;

  sent(payload: Uint8Array): void {
    if (payload[0] !== FRAME_REQUEST) return;
    // Sealed frames of the previous session may still be under way until the next one is opened.
    if (payload[CODE_AT] === OPEN) {
      this.#clear = payload[KEY_KIND_AT] !== 0;
      this.#sealed ||= this.#clear;
    }
    if (payload[CODE_AT] === FINISH && !this.#clear) this.#sealed = false;
  }

  isOf(payload: Uint8Array | undefined): boolean {
    const isSealed = payload !== undefined && (payload[0] ?? 0) >= FRAME_SEALED_REQUEST;
    return isSealed ? this.#sealed : this.#clear;
  }
}
