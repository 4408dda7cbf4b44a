/** A transfer (USB 2.0 §5.3.2) that a computer wants done. */
export interface Transfer {
  readonly endpoint: number;
  readonly isIn: boolean;
  /** The most bytes it may be answered with. */
  readonly length: number;
  readonly setup: Buffer;
  /** What the computer sends. */
  readonly data: Uint8Array;
  /** Called once, at once or later. */
  end(result: number, data?: Uint8Array): void;
}
