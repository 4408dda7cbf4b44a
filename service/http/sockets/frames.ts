import { agentLimits } from '../../base/limits/agents.ts';

/** Follows the frames of a WebSocket, without their content, to know whether a message is incomplete. */
export class FrameWatch {
  /** The first bytes of the current frame, up to the end of its length. */
  private readonly head: number[];
  /** The bytes of the current frame that are still to come; undefined before its length is known. */
  private left: number | undefined;
  private isFragmented: boolean;
  private heldBytes: number;

  constructor() {
    this.head = [];
    this.left = undefined;
    this.isFragmented = false;
    this.heldBytes = 0;
  }

  /** Bytes received since the incomplete message began, with the frames between its fragments; 0 without one. */
  get held(): number {
    return this.heldBytes;
  }

  /** Takes in received bytes. @returns whether a message was completed in them */
  take(bytes: Uint8Array): boolean {
    let isComplete = false;
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.left === undefined) this.takeHead(bytes[at++] ?? 0);
      else {
        const length = Math.min(this.left, bytes.length - at);
        this.left -= length;
        at += length;
      }
      if (this.left !== 0 || !this.endFrame()) continue;
      isComplete = true;
      this.heldBytes = 0;
      from = at;
    }
    this.heldBytes += bytes.length - from;
    return isComplete;
  }

  private takeHead(byte: number): void {
    const { head } = this;
    head.push(byte);
    const length = (head[1] ?? 0) & 0x7f;
    const more = length === 127 ? 8 : length === 126 ? 2 : 0;
    if (head.length < agentLimits.frameHeadBytes + more) return;
    const mask = ((head[1] ?? 0) & 0x80) === 0 ? 0 : agentLimits.frameMaskBytes;
    const payload =
      more === 0 ? length : head.slice(agentLimits.frameHeadBytes).reduce((sum, one) => sum * 256 + one, 0);
    this.left = mask + payload;
  }

  /** @returns whether nothing is incomplete after this frame */
  private endFrame(): boolean {
    const first = this.head[0] ?? 0;
    // Control frames may come between the fragments of a message.
    if ((first & 0x08) === 0) this.isFragmented = (first & 0x80) === 0;
    this.head.length = 0;
    this.left = undefined;
    return !this.isFragmented;
  }
}
