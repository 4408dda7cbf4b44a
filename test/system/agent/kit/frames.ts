import { encodeFrame, FRAME_SEALED_REQUEST, FRAME_SEALED_RESPONSE } from '@passfob/protocol/frame';
import { hostPrimitives } from 'passfob/client/primitives';

/** Returns a frame to a fob in which these characters are the sealed part. */
export const toFob = (sealed: string): string => framed(FRAME_SEALED_REQUEST, sealed);

/** Returns such a frame from a fob. */
export const fromFob = (sealed: string): string => framed(FRAME_SEALED_RESPONSE, sealed);

function framed(type: number, sealed: string): string {
  return encodeFrame(hostPrimitives, Uint8Array.of(type, 0, 0, 0, 0, ...Buffer.from(sealed, 'latin1')));
}
