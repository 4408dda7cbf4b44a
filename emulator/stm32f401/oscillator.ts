import { type Alarm, type BoardTime, TICKS_PER_US } from '../base/timeline.ts';

/** A clock source that software turns on and that is ready some time later. */
export class Oscillator {
  /** In Hz once ready. 0: there is none, and it never gets ready. */
  readonly frequency: number;
  readonly #time: BoardTime;
  readonly #startUpUs: number;
  readonly #onReady: () => void;
  #isOn = false;
  #isReady = false;
  #alarm: Alarm | undefined;

  /** @param onReady called when it has started */
  constructor(time: BoardTime, frequency: number, startUpUs: number, onReady: () => void) {
    this.#time = time;
    this.frequency = frequency;
    this.#startUpUs = startUpUs;
    this.#onReady = onReady;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** In Hz at present, 0 unless it is ready. */
  get output(): number {
    return this.#isReady ? this.frequency : 0;
  }

  /** Begins to start, or stops at once. */
  turn(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#isReady = false;
    this.#time.cancel(this.#alarm);
    this.#alarm = undefined;
    if (isOn && this.frequency > 0)
      this.#alarm = this.#time.at(this.#time.now + this.#startUpUs * TICKS_PER_US, () => this.#start());
  }

  /** On and ready without a delay, as HSI is after a reset. */
  turnOnAtOnce(): void {
    this.#time.cancel(this.#alarm);
    this.#alarm = undefined;
    this.#isOn = true;
    this.#isReady = this.frequency > 0;
  }

  #start(): void {
    this.#alarm = undefined;
    this.#isReady = true;
    this.#onReady();
  }
}
