import { textOf } from '../../base/bytes.ts';
import { CONSOLE_TEXT_MAX } from '../../base/limits.ts';

/** The marks of a frame (protocol/frame.ts); the console prints no mark on its own. */
const FRAME_START = '~';
const FRAME_END = '\n';
/** The answer to a packet (protocol/limits.ts). */
const PACKET_ANSWER = '\x06';

/**
 * The serial output of a board that is no frame and no answer to a packet: its console. Kept across starts, the newest
 * characters.
 */
export class ConsoleText {
  #text = '';
  #isInFrame = false;

  add(bytes: Uint8Array): void {
    let found = '';
    for (const character of textOf(bytes)) {
      if (character === FRAME_START) this.#isInFrame = true;
      else if (!this.#isInFrame) found += character === PACKET_ANSWER ? '' : character;
      else if (character === FRAME_END) this.#isInFrame = false;
    }
    this.#text = (this.#text + found).slice(-CONSOLE_TEXT_MAX);
  }

  get text(): string {
    return this.#text;
  }
}
