/**
 * The I2C driver of Espruino 2v29 on an STM32F4 (targets/stm32/jshardware.c: jshI2CWrite, jshI2CRead), as it polls. It
 * goes on after each error, as the original does, which only notes an exception.
 */
import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { CR1, SR1, SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import type { I2cRig } from './i2c-kit.ts';

/** Instructions of one poll; the firmware's compiled loops take as many or so. */
const POLL = 12;
/** Instructions from one register access to the next. */
const BETWEEN = 6;
/** Polls after which it gives up; two million in the original. */
const POLLS_MAX = 4_000;
const START_WAIT_US = 100;

/** Events of ST's library: SR1, and SR2 shifted by 16 bits (stm32f4xx_i2c.h). */
const TRANSMITTER_MODE_SELECTED = SR1.ADDR | SR1.TXE | ((SR2.BUSY | SR2.MSL | SR2.TRA) << 16);
const RECEIVER_MODE_SELECTED = SR1.ADDR | ((SR2.BUSY | SR2.MSL) << 16);
const BYTE_TRANSMITTED = SR1.TXE | SR1.BTF | ((SR2.BUSY | SR2.MSL | SR2.TRA) << 16);
const BYTE_RECEIVED = SR1.RXNE | ((SR2.BUSY | SR2.MSL) << 16);

export class EspruinoI2c {
  readonly #rig: I2cRig;
  #errors: string[] = [];

  constructor(rig: I2cRig) {
    this.#rig = rig;
  }

  /** Returns the exceptions since the last call. */
  takeErrors(): string[] {
    const errors = this.#errors;
    this.#errors = [];
    return errors;
  }

  #checkEvent(event: number): boolean {
    const flags = this.#rig.get('SR1');
    this.#rig.run(BETWEEN);
    return ((flags | (this.#rig.get('SR2') << 16)) & event) === event;
  }

  #waitUntil(condition: () => boolean, reason: string): void {
    for (let polls = POLLS_MAX; !condition(); polls--) {
      if (polls === 0) {
        this.#errors.push(`Timeout on ${reason}`);
        return;
      }
      this.#rig.run(POLL);
    }
  }

  #change(set: number, clear = 0): void {
    const value = this.#rig.get('CR1');
    this.#rig.run(BETWEEN);
    this.#rig.set('CR1', (value & ~clear) | set);
    this.#rig.run(BETWEEN);
  }

  #start(): boolean {
    this.#change(CR1.START);
    const end = this.#rig.timeline.now + START_WAIT_US * TICKS_PER_US;
    while ((this.#rig.get('SR1') & SR1.SB) === 0) {
      if (this.#rig.timeline.now > end) {
        this.#errors.push('I2C device not responding');
        return false;
      }
      this.#rig.run(4 * POLL);
    }
    return true;
  }

  write(address: number, bytes: readonly number[]): void {
    this.#waitUntil(() => (this.#rig.get('SR2') & SR2.BUSY) === 0, 'I2C Write BUSY');
    if (!this.#start()) return;
    this.#rig.set('DR', address << 1);
    this.#waitUntil(() => this.#checkEvent(TRANSMITTER_MODE_SELECTED), 'I2C Write Transmit Mode 2');
    for (const byte of bytes) {
      this.#rig.set('DR', byte);
      this.#waitUntil(() => this.#checkEvent(BYTE_TRANSMITTED), 'I2C Write');
    }
    this.#change(CR1.STOP);
    // The way back to the interpreter takes longer than a stop.
    this.#rig.run(2000);
  }

  read(address: number, count: number): number[] {
    if (!this.#start()) return new Array<number>(count).fill(0);
    this.#rig.set('DR', (address << 1) | 1);
    this.#waitUntil(() => this.#checkEvent(RECEIVER_MODE_SELECTED), 'I2C Read Receive Mode');
    const bytes: number[] = [];
    for (let at = 0; at < count; at++) {
      if (at === count - 1) {
        this.#change(0, CR1.ACK);
        this.#change(CR1.STOP);
      }
      this.#waitUntil(() => this.#checkEvent(BYTE_RECEIVED), 'I2C Read Receive');
      bytes.push(this.#rig.get('DR'));
    }
    this.#waitUntil(() => (this.#rig.get('SR1') & SR1.STOPF) === 0, 'I2C Read STOP');
    this.#change(CR1.ACK);
    this.#rig.run(2000);
    return bytes;
  }
}
