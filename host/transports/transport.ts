import type { FobError } from '../errors.ts';

/** Carries frames between owner and fob. Strings are byte strings: one character a byte (latin1). */
export interface Transport {
  /** The address, for messages. */
  readonly name: string;
  /** Characters that reach the fob's port in one piece. Default: PACKET_CHARS_MAX. */
  readonly packetChars?: number | undefined;
  /** @throws FobError when the transport is closed */
  send(text: string): Promise<void>;
  /**
   * Calls back with chunks as they arrive, of any size, without flow-control bytes. Returns the function that stops
   * it.
   */
  onText(listener: (text: string) => void): () => void;
  /**
   * Calls back once when the transport has closed, with the reason unless `close` was called; at once if it is
   * already closed. Returns the function that stops it.
   */
  onClose(listener: (reason: FobError | undefined) => void): () => void;
  /** Releases the port. Never rejects, and does nothing the second time. */
  close(): Promise<void>;
}
