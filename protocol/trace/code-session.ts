import { COMMANDS } from '../commands.ts';
import { FRAME_REQUEST, FRAME_SEALED_REQUEST } from '../frame.ts';

/** Offset of a clear request's command code, and of the kind of key in `open`: after type and sequence number. */
const CODE_AT = 2;
const KEY_KIND_AT = 3;
const [OPEN] = COMMANDS.open;
const [FINISH] = COMMANDS.finish;

/**
 * Tracks, from the owner's frames, whether frames belong to a session that a pairing code opens. Such sessions are in no
 * trace: their frames hold the pairing key, so anybody who learns or guesses the code could decrypt all other frames.
 */
export class CodeSession {
  #clear = false;
  #sealed = false;

  /** @param payload of a valid frame that the owner sent */
  sent(payload: Uint8Array): void {
    if (payload[0] !== FRAME_REQUEST) return;
    // Sealed frames of the previous session may still be under way until the next one is opened.
    if (payload[CODE_AT] === OPEN) {
      this.#clear = payload[KEY_KIND_AT] !== 0;
      this.#sealed ||= this.#clear;
    }
    if (payload[CODE_AT] === FINISH && !this.#clear) this.#sealed = false;
  }

  /** @param payload undefined: of a line that is no frame */
  isOf(payload: Uint8Array | undefined): boolean {
    const isSealed = payload !== undefined && (payload[0] ?? 0) >= FRAME_SEALED_REQUEST;
    return isSealed ? this.#sealed : this.#clear;
  }

  /** Whether a damaged frame may be of such a session: its type cannot be read. */
  get isNear(): boolean {
    return this.#clear || this.#sealed;
  }
}
