import { hostPrimitives } from '../../../host/client/primitives.ts';
import { Writer } from '../../../protocol/bytes.ts';
import { decodeFrame, encodeClear, FRAME_RESPONSE } from '../../../protocol/frame.ts';
import { PAYLOAD_BYTES_MAX } from '../../../protocol/limits.ts';
import type { Way } from './core-fob.ts';

const HELLO = 1;
/** Type, sequence number, command and status stand before it. */
const VERSION_AT = 4;

/** The way to the host of a fob that says it speaks another version of the protocol. */
export function speaking(version: number): Way {
  return frame => {
    const payload = decodeFrame(hostPrimitives, frame.slice(1, -1));
    if (payload?.[0] !== FRAME_RESPONSE || payload[2] !== HELLO) return frame;
    payload[VERSION_AT] = version;
    return encodeClear(hostPrimitives, new Writer(PAYLOAD_BYTES_MAX).raw(payload));
  };
}
