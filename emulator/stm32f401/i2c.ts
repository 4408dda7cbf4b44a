/**
 * I2C1 as a master with seven-bit addresses (RM0368 §18). Its flags come at the bit at which the chip sets them: the shift
 * register is apart from DR, a byte takes nine bits, a start and a stop one each.
 *
 * Not there: the slave (its address is never called, so that OVR, which only a slave that does not stretch sets, stays 0),
 * packet error checking, SMBus and DMA: their bits are kept and have no effect. BERR is never set: nobody else drives the
 * wires.
 */
import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { Registers } from '../base/registers.ts';
import type { BoardTime } from '../base/timeline.ts';
import type { Clocks } from './clocks.ts';
import { BitTimer } from './i2c-bit-timer.ts';
import { CR1, cyclesPerBit, I2C_REGISTERS, requestsError, requestsEvent, SR1, SR2 } from './i2c-registers.ts';
import type { I2cWires } from './i2c-wires.ts';
import { IRQ } from './interrupts.ts';

const BITS_PER_BYTE = 9;

/** Bits that the hardware clears while PE is 0 (RM0368 §18.6.1). */
const CLEARED_WHILE_OFF = CR1.START | CR1.STOP | CR1.ACK | CR1.POS | CR1.PEC | CR1.ALERT;
/** What the master does, or what it waits for with SCL low. */
type Phase =
  | 'idle'
  /** It generates a start, or waits for a free bus to do so. */
  | 'start'
  /** SB is set: it waits for the address. */
  | 'select'
  | 'address'
  /** ADDR is set: it waits for software to see that. */
  | 'addressed'
  | 'send'
  /** It waits for a byte to send. */
  | 'sent'
  /** A part did not acknowledge: it waits for a stop or a start. */
  | 'refused'
  | 'receive'
  /** It waits for software to make space, or, after a byte it did not acknowledge, for a stop or a start. */
  | 'received'
  | 'stop';

export class I2c implements Peripheral {
  readonly name = 'I2C1';
  readonly #lines: InterruptLines;
  readonly #wires: I2cWires;
  readonly #timer: BitTimer;
  readonly #registers = new Registers(I2C_REGISTERS, {
    CR1: { written: (value, before) => this.#control(value, before) },
    DR: { read: () => this.#takeData(), written: value => this.#giveData(value) },
    SR1: { read: () => this.#readFlags() },
    SR2: { read: () => this.#readState() },
  });
  #phase: Phase = 'idle';
  /** Flags that were set when software last read SR1: only those can be cleared by the second step of a sequence. */
  #seen = 0;
  /** The byte in DR that waits for the shift register. */
  #pending: number | undefined;
  /** The received byte in the shift register that waits for DR. */
  #shift: number | undefined;
  /** Whether the last received byte was acknowledged, and whether the next one will be if POS is set. */
  #acknowledged = false;
  #acknowledgesNext = false;
  #startsAfterStop = false;

  constructor(options: {
    readonly time: BoardTime;
    readonly lines: InterruptLines;
    readonly clocks: Clocks;
    readonly wires: I2cWires;
  }) {
    this.#lines = options.lines;
    this.#wires = options.wires;
    this.#timer = new BitTimer(options.time, options.clocks, () => cyclesPerBit(this.#registers.get('CCR')));
  }

  reset(): void {
    this.#leave();
    this.#registers.reset();
    this.#signal();
  }

  read(offset: number): number {
    const before = this.#registers.get('SR1');
    const value = this.#registers.read(offset);
    if (this.#registers.get('SR1') !== before) this.#signal();
    return value;
  }

  write(offset: number, value: number, mask: number): void {
    const isInReset = this.#registers.has('CR1', CR1.SWRST);
    if (isInReset && offset !== I2C_REGISTERS.CR1.at) return;
    this.#registers.write(offset, value, mask);
    this.#signal();
  }

  #signal(): void {
    const enabled = this.#registers.get('CR2');
    const flags = this.#registers.get('SR1');
    this.#lines.set(IRQ.I2C1_EV, requestsEvent(enabled, flags));
    this.#lines.set(IRQ.I2C1_ER, requestsError(enabled, flags));
  }

  /** Lets some bits pass on the wires. */
  #after(bits: number, run: () => void, lateUs = 0): void {
    const step = () => {
      run();
      this.#signal();
    };
    this.#timer.after(bits, step, lateUs);
  }

  /** Drops everything that is under way. */
  #leave(): void {
    this.#timer.cancel();
    if (this.#registers.has('SR2', SR2.MSL)) this.#wires.abandon();
    this.#phase = 'idle';
    this.#seen = 0;
    this.#shift = undefined;
    this.#startsAfterStop = false;
  }

  #control(value: number, before: number): void {
    if (value & CR1.SWRST) {
      this.reset();
      this.#registers.set('CR1', CR1.SWRST);
    } else if ((value & CR1.PE) === 0) {
      this.#leave();
      this.#registers.change('CR1', 0, CLEARED_WHILE_OFF);
      this.#registers.set('SR1', 0);
      this.#registers.set('SR2', 0);
    } else {
      const isRequested = (value & ~before & CR1.START) !== 0;
      if (isRequested && this.#phase === 'select') this.#startsAfterStop = true;
      this.#follow();
    }
  }

  /** Follows a request for a stop or a start, if no byte is on the wires. Returns whether it does. */
  #follow(): boolean {
    const phase = this.#phase;
    const isBetween = phase === 'sent' || phase === 'received' || phase === 'refused';
    if (this.#registers.has('CR1', CR1.STOP) && (isBetween || phase === 'select')) {
      this.#generateStop();
      return true;
    }
    // Nothing to stop (RM0368 §18.6.1: a slave lets go of the wires).
    if (phase === 'idle') this.#registers.change('CR1', 0, CR1.STOP);
    const mayStart = (isBetween || phase === 'idle') && !this.#startsAfterStop;
    if (!mayStart || !this.#registers.has('CR1', CR1.START)) return false;
    this.#generateStart();
    return true;
  }

  /**
   * A start waits for a free bus. The manual does not say what comes of a start that is requested while SB waits for an
   * address, as a driver does that gave up on the start before: here it comes after the stop of the transfer. BUSY then
   * stays set, until software disables or resets the peripheral.
   */
  #generateStart(): void {
    this.#phase = 'start';
    const state = this.#registers.get('SR2');
    if (state & SR2.BUSY && (state & SR2.MSL) === 0) return;
    const lateUs = this.#wires.start();
    if (this.#wires.isHeld) this.#registers.change('SR2', SR2.BUSY);
    else this.#after(1, () => this.#started(), lateUs);
  }

  #started(): void {
    const isTransmitter = this.#registers.has('SR2', SR2.TRA);
    this.#phase = 'select';
    this.#registers.change('CR1', 0, CR1.START);
    this.#registers.change('SR1', SR1.SB, isTransmitter ? SR1.TXE | SR1.BTF : 0);
    this.#registers.change('SR2', SR2.MSL | SR2.BUSY, SR2.TRA);
    this.#follow();
  }

  #generateStop(): void {
    this.#phase = 'stop';
    this.#after(1, () => this.#stopped());
  }

  #stopped(): void {
    // SDA cannot rise: there is no stop.
    if (this.#wires.isHeld) return;
    this.#wires.stop();
    const isTransmitter = this.#registers.has('SR2', SR2.TRA);
    this.#registers.change('CR1', 0, CR1.STOP);
    this.#registers.change('SR1', 0, isTransmitter ? SR1.TXE | SR1.BTF : 0);
    this.#registers.change('SR2', 0, SR2.MSL | SR2.BUSY | SR2.TRA);
    this.#phase = 'idle';
    this.#startsAfterStop = false;
    this.#follow();
  }

  #sendAddress(byte: number): void {
    this.#phase = 'address';
    this.#pending = undefined;
    this.#after(BITS_PER_BYTE, () => {
      const isRead = (byte & 1) !== 0;
      if (this.#losesArbitration(byte)) return;
      if (!this.#wires.address(byte >> 1, isRead)) return this.#refuse();
      this.#phase = 'addressed';
      this.#registers.change('SR1', SR1.ADDR | (isRead ? 0 : SR1.TXE));
      if (!isRead) this.#registers.change('SR2', SR2.TRA);
    });
  }

  #refuse(): void {
    this.#phase = 'refused';
    this.#registers.change('SR1', SR1.AF);
    this.#follow();
  }

  /** A part that holds SDA low overrules every 1 (RM0368 §18.3.4). */
  #losesArbitration(byte: number): boolean {
    if (!this.#wires.isHeld || byte === 0) return false;
    this.#phase = 'idle';
    this.#registers.change('SR1', SR1.ARLO, SR1.TXE | SR1.BTF);
    this.#registers.change('SR2', 0, SR2.MSL | SR2.TRA);
    return true;
  }

  #readFlags(): number {
    this.#seen = this.#registers.get('SR1');
    return this.#seen;
  }

  /** ADDR ends by a read of SR1 that showed it, followed by one of SR2 (RM0368 §18.6.6). */
  #readState(): number {
    const state = this.#registers.get('SR2') | (this.#wires.isHeld ? SR2.BUSY : 0);
    if (this.#isSeen(SR1.ADDR)) {
      this.#clearSeen(SR1.ADDR);
      if (state & SR2.TRA) this.#sendNext();
      else {
        // With POS, ACK decides on the next byte: the first one is always acknowledged.
        this.#acknowledgesNext = true;
        this.#receive();
      }
    }
    return state;
  }

  #isSeen(flag: number): boolean {
    return (this.#seen & this.#registers.get('SR1') & flag) !== 0;
  }

  /** Clears those of the flags that the last read of SR1 showed. */
  #clearSeen(flags: number): void {
    this.#registers.change('SR1', 0, this.#seen & flags);
    this.#seen &= ~flags;
  }

  /** Goes on after a byte, or after the address: with a stop, a start or the byte that waits in DR. */
  #sendNext(): void {
    this.#phase = 'sent';
    if (this.#follow() || this.#pending === undefined) return;
    const byte = this.#pending;
    this.#pending = undefined;
    this.#registers.change('SR1', SR1.TXE);
    this.#send(byte);
  }

  #send(byte: number): void {
    this.#phase = 'send';
    this.#after(BITS_PER_BYTE, () => {
      if (this.#losesArbitration(byte)) return;
      if (!this.#wires.write(byte)) return this.#refuse();
      this.#sendNext();
      if (this.#phase === 'sent') this.#registers.change('SR1', SR1.BTF);
    });
  }

  /** A write of DR by software. */
  #giveData(byte: number): void {
    const isAfterStart = this.#isSeen(SR1.SB);
    this.#clearSeen(SR1.SB | SR1.BTF);
    this.#registers.change('SR1', 0, SR1.RXNE);
    this.#shift = undefined;
    const phase = this.#phase;
    const isTransmitter = this.#registers.has('SR2', SR2.TRA);
    if (phase === 'select') {
      if (isAfterStart) this.#sendAddress(byte);
    } else if (phase === 'sent') {
      // DR stays empty: the byte goes to the shift register at once.
      this.#send(byte);
    } else if (isTransmitter) {
      this.#pending = byte;
      this.#registers.change('SR1', 0, SR1.TXE);
    }
  }

  #receive(): void {
    this.#phase = 'receive';
    this.#after(BITS_PER_BYTE, () => this.#received());
  }

  #received(): void {
    const byte = this.#wires.isHeld ? 0 : this.#wires.read();
    const acknowledges = this.#registers.has('CR1', CR1.ACK);
    this.#acknowledged = this.#registers.has('CR1', CR1.POS) ? this.#acknowledgesNext : acknowledges;
    this.#acknowledgesNext = acknowledges;
    if (this.#registers.has('SR1', SR1.RXNE)) {
      this.#shift = byte;
      this.#registers.change('SR1', SR1.BTF);
    } else {
      this.#registers.set('DR', byte);
      this.#registers.change('SR1', SR1.RXNE);
    }
    this.#phase = 'received';
    if (this.#wires.missesEnd && this.#registers.has('CR1', CR1.STOP)) this.#stopped();
    else if (!this.#follow()) this.#receiveNext();
  }

  #receiveNext(): void {
    if (this.#phase === 'received' && this.#acknowledged && this.#shift === undefined) this.#receive();
  }

  /** A read of DR by software. */
  #takeData(): number {
    const byte = this.#registers.get('DR');
    this.#clearSeen(SR1.BTF);
    if (this.#shift === undefined) {
      this.#registers.change('SR1', 0, SR1.RXNE);
    } else {
      this.#registers.set('DR', this.#shift);
      this.#shift = undefined;
      this.#receiveNext();
    }
    return byte;
  }
}
