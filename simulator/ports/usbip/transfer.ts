/** A transfer (USB 2.0 §5.3.2) that a computer requests. */
export interface Transfer {
  readonly endpoint: number;
  readonly isIn: boolean;
  /** Largest number of bytes of the answer. */
  readonly length: number;
  readonly setup: Buffer;
  /** Data from the computer. */
  readonly data: Uint8Array;
  /** Called exactly once, immediately or later. */
  end(result: number, data?: Uint8Array): void;
}
