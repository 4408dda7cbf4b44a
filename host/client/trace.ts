import { Deframer, decodeFrame } from '../../protocol/frame.ts';
import type { Transport } from '../transports/transport.ts';
import { hostPrimitives } from './primitives.ts';

/**
 * A transport whose frames are said as they pass, a line each: its way, the milliseconds since the first, the payload
 * as hex. What a payload holds of secrets is sealed, so that the lines may be sent to who helps.
 * @param now milliseconds, for differences only
 */
export function traced(transport: Transport, say: (line: string) => void, now: () => number): Transport {
  const began = now();
  const speaker = (way: string) => {
    const deframer = new Deframer();
    return (text: string) =>
      deframer.receive(text, frame => {
        const payload = decodeFrame(hostPrimitives, frame);
        const hex = payload ? Buffer.from(payload).toString('hex') : 'no frame';
        say(`${way} ${Math.round(now() - began)} ${hex}`);
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
