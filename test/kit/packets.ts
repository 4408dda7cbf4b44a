import { PACKET_CHARS_MAX } from '@passfob/protocol/limits';
import type { Wire } from '@passfob/simulator';

/**
 * Writes bytes to a port of a simulated board packet by packet. At virtual time the board has handled each before the
 * next comes; of bytes that come together the imitated Espruino keeps only the first packet.
 */
export function writePackets(wire: Pick<Wire, 'write'>, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += PACKET_CHARS_MAX) {
    wire.write(bytes.subarray(at, at + PACKET_CHARS_MAX));
  }
}
