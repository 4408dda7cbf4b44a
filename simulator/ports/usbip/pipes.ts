import { ASKS_AGAIN_MS, MAX_REPORTS_AHEAD, MAX_SERIAL_BYTES } from './limits.ts';
import type { Transfer } from './transfer.ts';
import { RESULT } from './wire.ts';

/** An endpoint to the computer. Transfers wait at it for data. */
export class InPipe {
  protected readonly waiting: Transfer[] = [];

  ask(transfer: Transfer): void {
    this.waiting.push(transfer);
    this.serve();
  }

  takeBack(transfer: Transfer): void {
    const at = this.waiting.indexOf(transfer);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** Drops unread data. */
  clear(): void {}

  /** Sends nothing, like the endpoint of the serial port's notifications. */
  protected serve(): void {}
}

/** Bytes of a stream. */
export class StreamPipe extends InPipe {
  #unread = Buffer.alloc(0);

  give(bytes: Uint8Array): void {
    this.#unread = Buffer.concat([this.#unread, bytes.subarray(0, MAX_SERIAL_BYTES - this.#unread.length)]);
    this.serve();
  }

  override clear(): void {
    this.#unread = Buffer.alloc(0);
  }

  /** A transfer with fewer bytes than requested ends as after a short packet, or an empty one. */
  protected override serve(): void {
    while (this.#unread.length > 0) {
      const transfer = this.waiting.shift();
      if (!transfer) return;
      const bytes = this.#unread.subarray(0, transfer.length);
      this.#unread = this.#unread.subarray(bytes.length);
      transfer.end(RESULT.ok, bytes);
    }
  }
}

/** Reports, one per transfer. */
export class ReportPipe extends InPipe {
  #ahead: Uint8Array[] = [];
  #servedAt = Number.NEGATIVE_INFINITY;

  /** Whether the computer wants a report. */
  get isPolling(): boolean {
    const asksAgain = performance.now() - this.#servedAt < ASKS_AGAIN_MS;
    return this.waiting.length > 0 || (asksAgain && this.#ahead.length < MAX_REPORTS_AHEAD);
  }

  give(report: Uint8Array): void {
    this.#ahead.push(report);
    this.serve();
  }

  /** A computer that cancels a transfer does not ask any more. */
  override takeBack(transfer: Transfer): void {
    super.takeBack(transfer);
    this.clear();
  }

  override clear(): void {
    this.#ahead = [];
    this.#servedAt = Number.NEGATIVE_INFINITY;
  }

  protected override serve(): void {
    while (this.waiting.length > 0) {
      const report = this.#ahead.shift();
      if (!report) return;
      this.#servedAt = performance.now();
      answer(this.waiting.shift(), report);
    }
  }
}

/** Ends a transfer with all of the data, or with an overflow if it does not fit. */
export function answer(transfer: Transfer | undefined, data: Uint8Array): void {
  if (transfer?.isIn && data.length > transfer.length) transfer.end(RESULT.overflow);
  else transfer?.end(RESULT.ok, transfer.isIn ? data : undefined);
}
