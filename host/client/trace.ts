import { Deframer, decodeFrame } from '@passfob/protocol/frame';
import { CodeSession } from '@passfob/protocol/trace/code-session';
import type { TraceWay } from '@passfob/protocol/trace/records';
import type { Transport } from '../transports/transport.ts';
import { hostPrimitives } from './primitives.ts';

/**
 * Wraps a transport and reports each frame as a line: direction, milliseconds since the first, the payload as hex.
 * Secrets in them are sealed under the pairing key. Sessions opened by a pairing code are left out, from their `open`
 * until the pairing key opens another session: their frames contain the pairing key, so anybody who learns or guesses
 * the code could decrypt all other frames.
 * @param now milliseconds, for differences only
 */
export function traced(transport: Transport, say: (line: string) => void, now: () => number): Transport {
  const began = now();
  const session = new CodeSession();
  const speaker = (way: '>' | '<') => {
    const deframer = new Deframer();
    return (text: string) =>
      deframer.receive(text, frame => {
        const payload = decodeFrame(hostPrimitives, frame);
        if (way === '>' && payload !== undefined) session.sent(payload);
        say(`${way} ${Math.round(now() - began)} ${session.isOf(payload) ? LEFT_OUT : hexOf(payload)}`);
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

/** Who looks at the bytes of a connection. */
export interface WireWatch {
  /** Receives every frame, as a line of hex. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Receives all text of the connection as it passes, secrets too. */
  readonly record?: ((port: string, way: TraceWay, text: string) => void) | undefined;
}

/**
 * Wraps a transport for those who look at it.
 * @param now as in `traced`
 */
export function watched(transport: Transport, { trace, record }: WireWatch, now: () => number): Transport {
  const seen = trace ? traced(transport, trace, now) : transport;
  if (record === undefined) return seen;
  seen.onText(text => record(transport.name, 'out', text));
  return {
    ...seen,
    send(text) {
      record(transport.name, 'in', text);
      return seen.send(text);
    },
  };
}

/** Shown instead of a frame of a session that a pairing code opens. */
const LEFT_OUT = 'left out: of a session opened by a pairing code';

function hexOf(payload: Uint8Array | undefined): string {
  return payload ? Buffer.from(payload).toString('hex') : 'no frame';
}
