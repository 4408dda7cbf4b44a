import { TICKS_PER_US, Timeline } from '@passfob/emulator/base/timeline';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { OtgFs } from '@passfob/emulator/stm32f401/usb/otg-fs';
import { HostComputer, type HostComputerOptions } from '@passfob/emulator/usb-host/host-computer';
import { makeClocks } from '../../stm32f401/settable-clocks.ts';
import { Gadget } from './gadget.ts';

/** OTG FS, a driver that serves its interrupt within some µs, and a host: a cable apart, in virtual time. */
export class Bench {
  readonly time = new Timeline({ executed: 0, stop: () => {} }, 1);
  readonly clocks = makeClocks();
  readonly otg: OtgFs;
  readonly host: HostComputer;
  readonly gadget: Gadget;
  alarms = 0;
  wakeups = 0;
  isRequested = false;
  #isServing = false;
  readonly #latencyUs: () => number;

  constructor(
    options: Partial<HostComputerOptions> = {},
    { latencyUs = () => 3, wantsFrames = false }: { latencyUs?: () => number; wantsFrames?: boolean } = {},
  ) {
    this.#latencyUs = latencyUs;
    this.otg = new OtgFs({
      time: this.time,
      lines: { set: (number, isRequested) => this.#setLine(number, isRequested) },
      clocks: this.clocks.clocks,
      wake: () => {
        this.wakeups++;
      },
    });
    this.host = new HostComputer({ time: this.time, device: this.otg, ...options });
    this.gadget = new Gadget(this.otg);
    this.gadget.driver.start(wantsFrames);
  }

  #setLine(number: number, isRequested: boolean): void {
    if (number !== IRQ.OTG_FS) return;
    this.isRequested = isRequested;
    if (isRequested && !this.#isServing) this.#serveSoon();
  }

  #serveSoon(): void {
    this.#isServing = true;
    this.time.at(this.time.now + this.#latencyUs() * TICKS_PER_US, () => {
      if (this.isRequested) this.gadget.driver.interrupt();
      this.#isServing = false;
      if (this.isRequested) this.#serveSoon();
    });
  }

  get nowMs(): number {
    return this.time.now / TICKS_PER_US / 1000;
  }

  run(milliseconds: number): void {
    const end = this.time.now + milliseconds * 1000 * TICKS_PER_US;
    while (this.time.nextDue <= end) {
      this.time.moveTo(this.time.nextDue);
      this.time.runDue();
      this.alarms++;
    }
    this.time.moveTo(end);
  }

  /** Runs until `isDone`, at most a while. */
  until(isDone: () => boolean, milliseconds = 10_000): void {
    const end = this.nowMs + milliseconds;
    while (!isDone()) {
      if (this.nowMs > end) throw new Error(`not within ${milliseconds} ms`);
      this.run(1);
    }
  }

  /** Plugs the cable in and waits until the device is configured. */
  configure(): void {
    this.host.plug();
    this.until(() => this.host.state === 'configured', 1_000);
    this.run(20);
  }
}
