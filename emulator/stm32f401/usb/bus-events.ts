import type { Registers } from '../../base/registers.ts';
import { type Alarm, type BoardTime, TICKS_PER_US } from '../../base/timeline.ts';
import type { UsbHostPort, UsbSignal } from '../../base/usb-port.ts';
import { DSTS, GAHBCFG, GINTSTS, GOTGCTL, GOTGINT } from './bits.ts';
import type { CoreRegister } from './core-registers.ts';

/** Idleness until the early suspend interrupt, and from there to the suspend interrupt (RM0368 §22.5.2). */
const IDLE_TICKS = 3_000 * TICKS_PER_US;

export interface BusEventsOptions {
  readonly time: BoardTime;
  readonly core: Registers<CoreRegister>;
  /** A reset of the bus begins. */
  onReset(): void;
  /** Flags have changed on their way with time. */
  onChange(): void;
  /** Something happens on the lines while the device is suspended: EXTI line 18. */
  onWakeup(): void;
}

/** What the lines tell the device: session, reset, frames, suspend, resume (RM0368 §22.5.2 and §22.17.6). */
export class BusEvents {
  host: UsbHostPort | undefined;
  readonly #options: BusEventsOptions;
  #signal: UsbSignal = 'idle';
  #isInSession = false;
  #isAttached = false;
  #idle: Alarm | undefined;
  /** The frame whose SOF flag software has cleared last. */
  #frameCleared = 0;

  constructor(options: BusEventsOptions) {
    this.#options = options;
  }

  get isAttached(): boolean {
    return this.#isAttached;
  }

  /** Whether the host can be heard: attached, and frames on the lines. */
  get isActive(): boolean {
    return this.#isAttached && this.#signal === 'frames';
  }

  get wantsFrames(): boolean {
    const { core } = this.#options;
    return this.isActive && core.has('GINTMSK', GINTSTS.SOF) && core.has('GAHBCFG', GAHBCFG.GINTMSK);
  }

  get isSuspended(): boolean {
    return this.#options.core.has('DSTS', DSTS.SUSPSTS);
  }

  /** FNSOF of DSTS: the number of the frame, of eleven bits (USB 2.0 §8.4.3). */
  get frameNumber(): number {
    return this.isActive ? (this.host?.frame ?? 0) & 0x7ff : 0;
  }

  /** Whether a frame has started since software cleared the SOF flag. */
  get hasNewFrame(): boolean {
    return this.isActive && (this.host?.frame ?? 0) !== this.#frameCleared;
  }

  clearFrame(): void {
    this.#frameCleared = this.host?.frame ?? 0;
  }

  /** Follows VBUS and the registers that make a session and the pull-up of it. */
  follow(isInSession: boolean, isPulledUp: boolean): void {
    const { core } = this.#options;
    if (isInSession !== this.#isInSession) {
      this.#isInSession = isInSession;
      core.change('GOTGCTL', isInSession ? GOTGCTL.BSVLD : 0, GOTGCTL.BSVLD);
      if (isInSession) core.change('GINTSTS', GINTSTS.SRQINT);
      else core.change('GOTGINT', GOTGINT.SEDET);
    }
    const isAttached = isInSession && isPulledUp;
    if (isAttached === this.#isAttached) return;
    this.#isAttached = isAttached;
    if (isAttached) this.#begin(this.#signal);
    else this.#watchIdleness(false);
  }

  drive(signal: UsbSignal): void {
    if (signal === this.#signal) return;
    const before = this.#signal;
    this.#signal = signal;
    if (!this.#isAttached) return;
    // The host ends a reset: the speed is known (RM0368 §22.17.5, device initialization on enumeration completion).
    if (before === 'reset') this.#options.core.change('GINTSTS', GINTSTS.ENUMDNE);
    this.#begin(signal);
  }

  #begin(signal: UsbSignal): void {
    const { core, onWakeup, onReset } = this.#options;
    this.#watchIdleness(signal === 'idle');
    if (signal === 'idle') return;
    this.clearFrame();
    if (this.isSuspended) {
      core.change('DSTS', 0, DSTS.SUSPSTS);
      if (signal !== 'reset') core.change('GINTSTS', GINTSTS.WKUPINT);
      onWakeup();
    }
    if (signal !== 'reset') return;
    core.change('GINTSTS', GINTSTS.USBRST);
    core.change('DSTS', DSTS.ENUMSPD_FULL);
    onReset();
  }

  #watchIdleness(isIdle: boolean): void {
    const { time } = this.#options;
    time.cancel(this.#idle);
    this.#idle = isIdle ? time.at(time.now + IDLE_TICKS, () => this.#suspendSoon()) : undefined;
  }

  #suspendSoon(): void {
    const { time, core, onChange } = this.#options;
    core.change('GINTSTS', GINTSTS.ESUSP);
    this.#idle = time.at(time.now + IDLE_TICKS, () => {
      this.#idle = undefined;
      core.change('GINTSTS', GINTSTS.USBSUSP);
      core.change('DSTS', DSTS.SUSPSTS);
      onChange();
    });
    onChange();
  }

  /** The registers are back at their reset values; what the lines say remains. */
  reset(): void {
    this.#options.time.cancel(this.#idle);
    this.#idle = undefined;
    this.#isInSession = false;
    this.#isAttached = false;
  }
}
