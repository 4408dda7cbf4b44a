import { Registers } from '../../base/registers.ts';
import type { UsbHandshake, UsbPacket } from '../../base/usb-port.ts';
import { DIEPINT, EPCTL, EPTSIZ } from './bits.ts';
import { packetSize } from './packet-size.ts';
import type { TransmitFifo } from './transmit-fifo.ts';

const ONE_PACKET = 1 << EPTSIZ.PKTCNT_AT;

export interface InEndpointOptions {
  readonly number: number;
  /** The transmit FIFO that TXFNUM assigns. */
  fifo(txfnum: number): TransmitFifo;
  /** GAHBCFG.TXFELVL: TXFE comes when the FIFO is all empty, not half. */
  waitsForEmpty(): boolean;
}

/** An IN endpoint (RM0368 §22.16.4; how it works: §22.17.6, IN data transfers). */
export class InEndpoint {
  readonly registers: Registers<'DIEPCTL' | 'DIEPINT' | 'DIEPTSIZ' | 'DTXFSTS'>;
  readonly #options: InEndpointOptions;
  /** Software has set a transfer up that has no packets yet. */
  #isNew = false;

  constructor(options: InEndpointOptions) {
    this.#options = options;
    const isControl = options.number === 0;
    this.registers = new Registers(
      {
        DIEPCTL: {
          at: 0x00,
          reset: isControl ? EPCTL.USBAEP : 0,
          rw: EPCTL.STALL | EPCTL.TXFNUM | (isControl ? 3 : EPCTL.MPSIZ | EPCTL.USBAEP | EPCTL.EPTYP),
        },
        DIEPINT: { at: 0x08, rw: 0, clearedBy1: ~DIEPINT.TXFE },
        DIEPTSIZ: { at: 0x10, rw: isControl ? 0x0018_007f : 0x7fff_ffff },
        DTXFSTS: { at: 0x18, rw: 0 },
      },
      {
        DIEPCTL: { written: (_, before, written) => this.#control(before, written) },
        DIEPINT: { read: () => this.interrupts },
        DIEPTSIZ: {
          written: () => {
            this.#isNew = true;
          },
        },
        DTXFSTS: { read: () => this.fifo.free },
      },
    );
  }

  get fifo(): TransmitFifo {
    return this.#options.fifo((this.registers.get('DIEPCTL') & EPCTL.TXFNUM) >>> 22);
  }

  /** DIEPINTx with TXFE, which follows the FIFO. */
  get interrupts(): number {
    const { fifo } = this;
    const isLow = this.#options.waitsForEmpty() ? fifo.isEmpty : fifo.free >= fifo.depth / 2;
    return this.registers.get('DIEPINT') | (isLow ? DIEPINT.TXFE : 0);
  }

  #control(before: number, written: number): void {
    const { registers } = this;
    // STALL of endpoint 0 is cleared by the core alone, when a SETUP packet comes.
    if (this.#options.number === 0) registers.change('DIEPCTL', before & EPCTL.STALL);
    if (written & EPCTL.CNAK) {
      registers.change('DIEPCTL', 0, EPCTL.NAKSTS);
      registers.change('DIEPINT', 0, DIEPINT.INEPNE);
    }
    if (written & EPCTL.SNAK) {
      registers.change('DIEPCTL', EPCTL.NAKSTS);
      registers.change('DIEPINT', DIEPINT.INEPNE);
    }
    if (written & EPCTL.SD0PID && this.#options.number > 0) registers.change('DIEPCTL', 0, EPCTL.DPID);
    if (written & EPCTL.EPDIS) {
      if (before & EPCTL.EPENA) registers.change('DIEPINT', DIEPINT.EPDISD);
      registers.change('DIEPCTL', 0, EPCTL.EPENA);
    } else if (written & EPCTL.EPENA) {
      registers.change('DIEPCTL', EPCTL.EPENA);
      this.load();
    }
  }

  /**
   * Makes packets of what software has written to the FIFO; XFRSIZ counts what it has yet to write. Where packets are
   * left after the last data, they have no bytes.
   */
  load(): void {
    if (!this.registers.has('DIEPCTL', EPCTL.EPENA)) return;
    const largest = packetSize(this.#options.number, this.registers.get('DIEPCTL'));
    if (!this.#isNew && !this.registers.has('DIEPTSIZ', EPTSIZ.XFRSIZ)) return;
    this.#isNew = false;
    for (;;) {
      const size = this.registers.get('DIEPTSIZ');
      const count = Math.min(size & EPTSIZ.XFRSIZ, largest);
      const isLeft = this.fifo.packets < (size & EPTSIZ.PKTCNT) >>> EPTSIZ.PKTCNT_AT;
      if (!isLeft || !this.fifo.form(count)) return;
      this.registers.set('DIEPTSIZ', size - count);
    }
  }

  /** Whether an IN token would get another answer than NAK. */
  isReady(isNakForAll: boolean): boolean {
    const control = this.registers.get('DIEPCTL');
    if (control & EPCTL.STALL) return true;
    if (control & EPCTL.NAKSTS || isNakForAll || !(control & EPCTL.EPENA)) return false;
    const size = this.registers.get('DIEPTSIZ');
    return (size & EPTSIZ.PKTCNT) !== 0 && this.fifo.packets > 0;
  }

  /** Answers an IN token. */
  answer(isNakForAll: boolean): UsbPacket | Exclude<UsbHandshake, 'ack'> {
    const { registers } = this;
    const control = registers.get('DIEPCTL');
    if (!(control & EPCTL.USBAEP)) return 'silent';
    if (control & EPCTL.STALL) return 'stall';
    if (control & EPCTL.NAKSTS || isNakForAll) return 'nak';
    const bytes = this.isReady(false) ? this.fifo.take() : undefined;
    if (bytes === undefined) {
      if (this.fifo.isEmpty) registers.change('DIEPINT', DIEPINT.ITTXFE);
      return 'nak';
    }
    this.#sent();
    return { toggle: control & EPCTL.DPID ? 1 : 0, bytes };
  }

  #sent(): void {
    const { registers } = this;
    registers.set('DIEPCTL', registers.get('DIEPCTL') ^ EPCTL.DPID);
    const size = registers.get('DIEPTSIZ') - ONE_PACKET;
    registers.set('DIEPTSIZ', size);
    this.load();
    if (size & (EPTSIZ.PKTCNT | EPTSIZ.XFRSIZ)) return;
    registers.change('DIEPINT', DIEPINT.XFRC);
    registers.change('DIEPCTL', 0, EPCTL.EPENA);
  }

  /** Gets ready for the data or status stage of a control transfer, which starts with DATA1 (USB 2.0 §8.5.3). */
  expectDataStage(): void {
    this.registers.change('DIEPCTL', EPCTL.NAKSTS | EPCTL.DPID, EPCTL.STALL);
  }

  /** A reset of the bus deactivates all endpoints but endpoint 0 (RM0368 §22.16.4, USBAEP). */
  busReset(): void {
    this.registers.change('DIEPCTL', 0, this.#options.number === 0 ? EPCTL.DPID : EPCTL.USBAEP | EPCTL.DPID);
  }

  reset(): void {
    this.#isNew = false;
    this.registers.reset();
  }
}
