import { Writer } from '@passfob/protocol/bytes';
import { decodeFrame, encodeClear, FRAME_RESPONSE } from '@passfob/protocol/frame';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { hostPrimitives } from 'passfob/client/primitives';
import type { Way } from './core-fob.ts';

const HELLO = 1;
/** Type, sequence number, command and status stand before it. */
const VERSION_AT = 4;

/** Returns the way to the host of a fob that states another protocol version. */
export function speaking(version: number): Way {
  return frame => {
    const payload = decodeFrame(hostPrimitives, frame.slice(1, -1));
    if (payload?.[0] !== FRAME_RESPONSE || payload[2] !== HELLO) return frame;
    payload[VERSION_AT] = version;
    return encodeClear(hostPrimitives, new Writer(PAYLOAD_BYTES_MAX).raw(payload));
  };
}
