import { CONSOLE_TEXT_MAX, textOf } from '@passfob/simulator/for-emulator';

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
  readonly #portsInFrame = new Set<string>();

  /** @param port the frames of different ports may overlap */
  add(port: string, bytes: Uint8Array): void {
    let found = '';
    let isInFrame = this.#portsInFrame.delete(port);
    for (const character of textOf(bytes)) {
      if (character === FRAME_START) isInFrame = true;
      else if (!isInFrame) found += character === PACKET_ANSWER ? '' : character;
      else if (character === FRAME_END) isInFrame = false;
    }
    if (isInFrame) this.#portsInFrame.add(port);
    this.#text = (this.#text + found).slice(-CONSOLE_TEXT_MAX);
  }

  /** The board starts anew: nobody ends the frames that it had begun. */
  restart(): void {
    this.#portsInFrame.clear();
  }

  get text(): string {
    return this.#text;
  }
}
