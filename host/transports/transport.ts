import type { FobError } from '../errors.ts';

/** What carries frames between owner and fob. Strings are byte strings: one character a byte (latin1). */
export interface Transport {
  /** The address as a person would name it, for messages. */
  readonly name: string;
  /** @throws FobError when the transport is closed */
  send(text: string): Promise<void>;
  /** Chunks as they arrive, of any size, without flow-control bytes. Returns the function that stops listening. */
  onText(listener: (text: string) => void): () => void;
  /**
   * Called once when the transport has closed, with the reason if it was not asked to; at once where it has
   * closed already. Returns the function that stops listening.
   */
  onClose(listener: (reason: FobError | undefined) => void): () => void;
  /** Releases the port. Never rejects, and does nothing the second time. */
  close(): Promise<void>;
}
