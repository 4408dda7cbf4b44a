import { piecesOf } from 'passfob/activation/shapes';
import { type Pipe, pipe } from 'passfob/transports/pipe';

/**
 * A fob whose bytes somebody else carries, as a transport.
 * @param sendText has text, a character a byte, carried to the fob
 * @param release called once: nothing more is sent
 */
export function carriedPipe(
  name: string,
  sendText: (text: string) => void,
  release: () => void = () => undefined,
): Pipe {
  return pipe({
    name,
    write: async text => {
      for (const piece of piecesOf(text)) sendText(piece);
    },
    release: async () => release(),
  });
}

/** Text that was carried here, as the bytes that it stands for. */
export function bytesOfCarried(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}
