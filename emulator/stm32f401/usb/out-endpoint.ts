import { Registers } from '../../base/registers.ts';
import type { UsbHandshake, UsbPacket } from '../../base/usb-port.ts';
import { DOEPINT, EPCTL, EPTSIZ, PKTSTS } from './bits.ts';
import { packetSize } from './packet-size.ts';
import type { ReceiveFifo } from './receive-fifo.ts';

const ONE_PACKET = 1 << EPTSIZ.PKTCNT_AT;
const ONE_SETUP = 1 << EPTSIZ.STUPCNT_AT;
const NO_BYTES = new Uint8Array(0);

export interface OutEndpointOptions {
  readonly number: number;
  readonly fifo: ReceiveFifo;
  /** Words of the receive FIFO: GRXFSIZ. */
  depth(): number;
}

/** An OUT endpoint (RM0368 §22.16.4; how it works: §22.17.6, SETUP and OUT data transfers). */
export class OutEndpoint {
  readonly registers: Registers<'DOEPCTL' | 'DOEPINT' | 'DOEPTSIZ'>;
  readonly #options: OutEndpointOptions;
  /** A SETUP packet came; the next token of another kind ends the setup stage. */
  #isInSetup = false;

  constructor(options: OutEndpointOptions) {
    this.#options = options;
    const isControl = options.number === 0;
    this.registers = new Registers(
      {
        DOEPCTL: {
          at: 0x00,
          reset: isControl ? EPCTL.USBAEP : 0,
          rw: EPCTL.STALL | EPCTL.SNPM | (isControl ? 0 : EPCTL.MPSIZ | EPCTL.USBAEP | EPCTL.EPTYP),
        },
        DOEPINT: { at: 0x08, rw: 0, clearedBy1: -1 },
        DOEPTSIZ: { at: 0x10, rw: isControl ? 0x6008_007f : 0x7fff_ffff },
      },
      { DOEPCTL: { written: (_, before, written) => this.#control(before, written) } },
    );
  }

  /** DOEPINTx. */
  get interrupts(): number {
    return this.registers.get('DOEPINT');
  }

  #control(before: number, written: number): void {
    const { registers } = this;
    const isControl = this.#options.number === 0;
    // STALL of endpoint 0 is cleared by the core alone, when a SETUP packet comes.
    if (isControl) registers.change('DOEPCTL', before & EPCTL.STALL);
    if (written & EPCTL.CNAK) registers.change('DOEPCTL', 0, EPCTL.NAKSTS);
    if (written & EPCTL.SNAK) registers.change('DOEPCTL', EPCTL.NAKSTS);
    if (written & EPCTL.SD0PID && !isControl) registers.change('DOEPCTL', 0, EPCTL.DPID);
    // Software cannot disable OUT endpoint 0.
    if (written & EPCTL.EPDIS && !isControl) {
      if (before & EPCTL.EPENA) registers.change('DOEPINT', DOEPINT.EPDISD);
      registers.change('DOEPCTL', 0, EPCTL.EPENA);
    } else if (written & EPCTL.EPENA) registers.change('DOEPCTL', EPCTL.EPENA);
  }

  #push(kind: number, bytes: Uint8Array, popped: () => void): void {
    const toggle = this.registers.has('DOEPCTL', EPCTL.DPID) ? 2 << 15 : 0;
    this.#options.fifo.push(
      (kind << 17) | toggle | (bytes.length << 4) | this.#options.number,
      bytes,
      popped,
    );
  }

  /** Takes a SETUP packet: always, whatever NAK and STALL say. */
  setup(request: Uint8Array): void {
    const { registers } = this;
    registers.change('DOEPCTL', EPCTL.NAKSTS | EPCTL.DPID, EPCTL.STALL);
    const size = registers.get('DOEPTSIZ');
    if (size >>> EPTSIZ.STUPCNT_AT) registers.set('DOEPTSIZ', size - ONE_SETUP);
    else registers.change('DOEPINT', DOEPINT.B2BSTUP);
    this.#push(PKTSTS.SETUP, request, () => {});
    this.#isInSetup = true;
  }

  /** Ends the setup stage, if it lasts: a token of another kind came to endpoint 0. */
  endSetup(): void {
    if (!this.#isInSetup) return;
    this.#isInSetup = false;
    this.#push(PKTSTS.SETUP_COMPLETE, NO_BYTES, () => {
      this.registers.change('DOEPCTL', 0, EPCTL.EPENA);
      this.registers.change('DOEPINT', DOEPINT.STUP);
    });
  }

  /** Whether a packet of `bytes` would get another handshake than NAK. */
  isReady(isNakForAll: boolean, bytes = this.#largest): boolean {
    const control = this.registers.get('DOEPCTL');
    if (control & EPCTL.STALL) return true;
    if (control & EPCTL.NAKSTS || isNakForAll || !(control & EPCTL.EPENA)) return false;
    return this.#options.fifo.accepts(bytes, this.#options.depth());
  }

  get #largest(): number {
    return packetSize(this.#options.number, this.registers.get('DOEPCTL'));
  }

  /** Takes a data packet, or refuses it. */
  receive({ bytes, toggle }: UsbPacket, isNakForAll: boolean): UsbHandshake {
    const { registers } = this;
    const control = registers.get('DOEPCTL');
    if (!(control & EPCTL.USBAEP) || bytes.length > this.#largest) return 'silent';
    if (control & EPCTL.STALL) return 'stall';
    if (!(control & EPCTL.EPENA) && this.#options.number === 0) registers.change('DOEPINT', DOEPINT.OTEPDIS);
    if (!this.isReady(isNakForAll, bytes.length)) return 'nak';
    // The host sends a packet again if it missed the handshake; it is acknowledged and dropped (USB 2.0 §8.6.3).
    if (toggle !== (control & EPCTL.DPID ? 1 : 0)) return 'ack';
    this.#accept(bytes, bytes.length < this.#largest);
    return 'ack';
  }

  #accept(bytes: Uint8Array, isShort: boolean): void {
    const { registers } = this;
    this.#push(PKTSTS.DATA, bytes, () => {
      const left = registers.get('DOEPTSIZ') & EPTSIZ.XFRSIZ;
      registers.set('DOEPTSIZ', registers.get('DOEPTSIZ') - Math.min(left, bytes.length));
    });
    registers.set('DOEPCTL', registers.get('DOEPCTL') ^ EPCTL.DPID);
    if (registers.has('DOEPTSIZ', EPTSIZ.PKTCNT))
      registers.set('DOEPTSIZ', registers.get('DOEPTSIZ') - ONE_PACKET);
    if (!isShort && registers.has('DOEPTSIZ', EPTSIZ.PKTCNT)) return;
    registers.change('DOEPCTL', EPCTL.NAKSTS);
    this.#push(PKTSTS.TRANSFER_COMPLETE, NO_BYTES, () => {
      registers.change('DOEPCTL', 0, EPCTL.EPENA);
      registers.change('DOEPINT', DOEPINT.XFRC);
    });
  }

  /** A reset of the bus deactivates all endpoints but endpoint 0 (RM0368 §22.16.4, USBAEP). */
  busReset(): void {
    this.#isInSetup = false;
    this.registers.change('DOEPCTL', 0, this.#options.number === 0 ? EPCTL.DPID : EPCTL.USBAEP | EPCTL.DPID);
  }

  reset(): void {
    this.#isInSetup = false;
    this.registers.reset();
  }
}
