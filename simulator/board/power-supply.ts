import { UnsteadySupply } from '../faults/supply.ts';
import type { EventLoop } from './event-loop.ts';
import type { BoardHardware } from './hardware.ts';
import type { Microcontroller } from './microcontroller.ts';
import type { Signals } from './signals.ts';

interface PowerParts {
  readonly board: BoardHardware;
  readonly microcontroller: Microcontroller;
  readonly signals: Signals;
  readonly loop: EventLoop;
}

/** The power of a board, which a person switches or a fault takes, and the battery of its clock. */
export class PowerSupply {
  readonly #parts: PowerParts;
  readonly #unsteady: UnsteadySupply;
  #isBatteryDead = false;

  constructor(parts: PowerParts) {
    this.#parts = parts;
    const { scheduler, faults } = parts.board;
    this.#unsteady = new UnsteadySupply({
      scheduler,
      faults,
      lose: () => this.#lose(),
      restore: () => this.on(),
    });
    parts.board.onPowerLost = fault => {
      this.#lose();
      if (fault) this.#unsteady.returnLater(fault);
    };
  }

  on(): void {
    const { board, microcontroller, signals, loop } = this.#parts;
    this.#unsteady.takeOver();
    if (microcontroller.powered) return;
    loop.change(() => {
      board.powerOn();
      signals.powerChanged('on');
      this.#unsteady.started();
      loop.alone(() => microcontroller.powerOn());
    });
  }

  cut(): void {
    this.#unsteady.takeOver();
    if (this.#parts.microcontroller.powered) this.#parts.loop.change(() => this.#lose());
  }

  /** The battery of the clock is empty, which shows without power. */
  loseTime(): void {
    this.#isBatteryDead = true;
    if (!this.#parts.microcontroller.powered) this.#batteryDies();
  }

  #batteryDies(): void {
    if (this.#isBatteryDead) this.#parts.board.rtc.loseTime();
    this.#isBatteryDead = false;
  }

  #lose(): void {
    const { board, microcontroller, signals } = this.#parts;
    signals.powerChanged('off');
    microcontroller.powerOff();
    board.powerOff();
    if (board.faults.strikes('battery.dead')) this.#isBatteryDead = true;
    this.#batteryDies();
    signals.listeners.screenChanged();
  }
}
