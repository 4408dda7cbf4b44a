import { type Alarm, type BoardTime, TICKS_PER_US } from '../base/timeline.ts';
import type { UsbDevicePort } from '../base/usb-port.ts';

const FRAME_TICKS = 1_000 * TICKS_PER_US;

/** Transactions with one endpoint. */
export interface UsbPipe {
  /** When the next transaction may begin, in ticks; undefined while there is none to do or the device said NAK. */
  readonly due: number | undefined;
  /** Does one transaction. Returns how long it occupies the bus, in µs. */
  transact(): number;
  /** The device may be ready where it was not. */
  retry(): void;
}

/** The host controller: frames, and the transactions of all pipes one after the other. */
export class Schedule {
  readonly time: BoardTime;
  readonly device: UsbDevicePort;
  /** In order of precedence. */
  #pipes: UsbPipe[] = [];
  #framesFrom: number | undefined;
  #framesBefore = 0;
  #freeAt = 0;
  #next: Alarm | undefined;
  #frameStart: Alarm | undefined;
  /** Inside a call of the device; its changes then are answers, not news. */
  #isActing = false;

  constructor(time: BoardTime, device: UsbDevicePort) {
    this.time = time;
    this.device = device;
  }

  /** Frames that have started. */
  get frame(): number {
    if (this.#framesFrom === undefined) return this.#framesBefore;
    return this.#framesBefore + Math.floor((this.time.now - this.#framesFrom) / FRAME_TICKS);
  }

  /** Returns when a frame starts, in ticks: the first one after `moment` whose number is a multiple of `interval`. */
  frameAfter(moment: number, interval: number): number {
    const from = this.#framesFrom ?? this.time.now;
    const passed = this.#framesBefore + Math.floor((moment - from) / FRAME_TICKS);
    const frame = (Math.floor(passed / interval) + 1) * interval;
    return from + (frame - this.#framesBefore) * FRAME_TICKS;
  }

  /** Drives the lines with frames from now on, and lets pipes transact after `recoveryUs`. */
  start(recoveryUs: number): void {
    this.stop();
    this.#framesFrom = Math.ceil(this.time.now);
    this.#freeAt = this.time.now + recoveryUs * TICKS_PER_US;
    this.act(() => this.device.drive('frames'));
    this.changed();
  }

  /** Stops frames and transactions; the caller drives the lines. */
  stop(): void {
    this.#framesBefore = this.frame;
    this.#framesFrom = undefined;
    this.time.cancel(this.#next);
    this.time.cancel(this.#frameStart);
    this.#next = undefined;
    this.#frameStart = undefined;
  }

  get isRunning(): boolean {
    return this.#framesFrom !== undefined;
  }

  /** Calls the device. */
  act<T>(call: () => T): T {
    const before = this.#isActing;
    this.#isActing = true;
    try {
      return call();
    } finally {
      this.#isActing = before;
    }
  }

  add(...pipes: UsbPipe[]): void {
    this.#pipes.push(...pipes);
    this.changed();
  }

  /** Takes all pipes out. */
  clear(): void {
    this.#pipes = [];
    this.changed();
  }

  /** The device has news. */
  deviceChanged(): void {
    this.#watchFrames();
    if (this.#isActing) return;
    for (const pipe of this.#pipes) pipe.retry();
    this.changed();
  }

  /** A pipe may be due at another time. */
  changed(): void {
    this.#watchFrames();
    if (this.#isActing) return;
    const due = Math.min(...this.#pipes.map(pipe => pipe.due ?? Number.POSITIVE_INFINITY));
    const at = Math.max(due, this.#freeAt);
    if (this.isRunning && this.#next?.due === at) return;
    this.time.cancel(this.#next);
    this.#next =
      this.isRunning && at < Number.POSITIVE_INFINITY ? this.time.at(at, () => this.#transact()) : undefined;
  }

  #transact(): void {
    this.#next = undefined;
    const { now } = this.time;
    const pipe = this.#pipes.find(({ due }) => due !== undefined && due <= now);
    if (pipe) this.#freeAt = now + this.act(() => pipe.transact()) * TICKS_PER_US;
    this.changed();
  }

  /** Has an alarm for each frame only as long as the device wants to know. */
  #watchFrames(): void {
    const isWanted = this.isRunning && this.device.wantsFrames;
    if (!isWanted) {
      this.time.cancel(this.#frameStart);
      this.#frameStart = undefined;
    } else
      this.#frameStart ??= this.time.at(this.frameAfter(this.time.now, 1), () => {
        this.#frameStart = undefined;
        this.act(() => this.device.startOfFrame());
        this.#watchFrames();
      });
  }
}
