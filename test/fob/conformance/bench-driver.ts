import type { Transport } from 'passfob/transports/transport';
import type { BenchAnswer } from '../../kit/interpreter.ts';
import { type Driver, OneKey, PRESS_MS } from './driver.ts';

const START_UTC = 1_770_000_000;

/** One line that the bench image receives over Serial2. */
export type BenchOrder = Readonly<Record<string, boolean | number>>;

/** The bench image on any interpreter: Serial2 tells it the time and its key. */
export abstract class BenchDriver extends OneKey implements Driver {
  readonly algorithms = [1, 2, 3];
  readonly utcMin = 1;
  readonly utcMax = Number.MAX_SAFE_INTEGER;
  private ms = 0;
  private last: BenchAnswer | undefined;

  abstract readonly transport: Transport;
  /** Sends one line and returns one line. */
  protected abstract order(order: BenchOrder): Promise<BenchAnswer>;
  abstract reboot(): Promise<void>;
  abstract complaints(): string;
  abstract close(): Promise<void>;

  /** Sends the time, and more. Needed after every boot, since the bench has no clock of its own. */
  protected async tell(order: BenchOrder = {}): Promise<BenchAnswer> {
    this.last = await this.order({ ms: this.ms, utc: START_UTC + this.ms / 1000, ...order });
    return this.last;
  }

  async screen(): Promise<readonly string[]> {
    return (await this.tell()).screen;
  }

  override async press(heldMs = PRESS_MS): Promise<void> {
    await this.tell({ down: true });
    await this.advance(heldMs);
    await this.tell({ down: false });
  }

  /** Advances in the steps that the core requests, as a board's timer would. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    // Traffic on the link may have requested an earlier one.
    await this.tell();
    while (this.ms < end) {
      this.ms = Math.min(end, Math.max(this.ms + 1, this.nextDeadline(end)));
      await this.tell();
    }
  }

  /** Returns when the core wants its next tick; the end where it wants none. */
  private nextDeadline(end: number): number {
    const deadline = this.last?.deadline ?? -1;
    return deadline < 0 ? end : deadline;
  }

  async loseTime(): Promise<void> {
    await this.tell({ lose: true });
    await this.reboot();
  }
}
