import { piecesOf } from 'passfob/carrier/fields';
import { type Pipe, pipe } from 'passfob/transports/pipe';

/**
 * Returns a transport to a fob whose bytes a relay or agent carries.
 * @param sendText sends text, one character per byte, to the fob
 * @param release called once: nothing is sent afterwards
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

/** Returns the bytes of a carried text. */
export function bytesOfCarried(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}
