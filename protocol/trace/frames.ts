import { decodeFrame, FRAME_RESPONSE, FRAME_SEALED_RESPONSE } from '../frame.ts';
import { BASE64_CHARS_MIN, FRAME_CHARS_MAX } from '../limits.ts';
import { plainFrames } from './plain.ts';

export const MARK = '~';

/** Why a receiver drops a frame: the rules of docs/protocol.md in their order, then what ends a trace or a session. */
export const FRAME_FAULTS = {
  short: 'fewer than 8 characters',
  long: 'more than 510 characters',
  length: 'a number of characters that is no multiple of 4',
  beginning: 'it begins with neither A nor B',
  padding: 'padding before its last two characters',
  base64: 'its base64 is not canonical',
  type: 'an unknown type',
  crc: 'a wrong CRC',
  sealed: 'too short for a sealed message',
  unfinished: 'it has no end',
} as const;

export type FrameFault = keyof typeof FRAME_FAULTS;

/**
 * @param text between the mark and the newline
 * @returns the payload of a frame, a clear one without its CRC, or why it is dropped
 */
export function readFrame(text: string): Uint8Array | FrameFault {
  return decodeFrame(plainFrames, text) ?? faultOf(text);
}

function faultOf(text: string): FrameFault {
  if (text.length > FRAME_CHARS_MAX - 2) return 'long';
  if (text.length < BASE64_CHARS_MIN) return 'short';
  if (text.length % 4 !== 0) return 'length';
  if (text[0] !== 'A' && text[0] !== 'B') return 'beginning';
  const padding = text.indexOf('=');
  if (padding >= 0 && padding < text.length - 2) return 'padding';
  const bytes = plainFrames.decode64(text);
  if (bytes.length === 0 || plainFrames.encode64(bytes) !== text) return 'base64';
  const [type = 0] = bytes;
  return type === 0 || type > FRAME_SEALED_RESPONSE ? 'type' : 'crc';
}

/** Whether a payload of this type comes from the fob. */
export function isOfFob(type: number): boolean {
  return type === FRAME_RESPONSE || type === FRAME_SEALED_RESPONSE;
}
