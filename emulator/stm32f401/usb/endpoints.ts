import type { Registers } from '../../base/registers.ts';
import type { UsbHandshake, UsbPacket } from '../../base/usb-port.ts';
import { DCTL, DIEPINT, GAHBCFG, GINTSTS, PKTSTS } from './bits.ts';
import type { CoreRegister } from './core-registers.ts';
import { InEndpoint } from './in-endpoint.ts';
import { ENDPOINTS } from './limits.ts';
import { OutEndpoint } from './out-endpoint.ts';
import { ReceiveFifo } from './receive-fifo.ts';
import { TransmitFifo } from './transmit-fifo.ts';

const IN_BASE = 0x900;
const OUT_BASE = 0xb00;
const BYTES_EACH = 0x20;
const DEPTHS = ['DIEPTXF0', 'DIEPTXF1', 'DIEPTXF2', 'DIEPTXF3'] as const;

/** The endpoints of OTG FS with their FIFOs. */
export class Endpoints {
  readonly receiveFifo = new ReceiveFifo();
  readonly #fifos = DEPTHS.map(() => new TransmitFifo());
  readonly #core: Registers<CoreRegister>;
  readonly #in: readonly InEndpoint[];
  readonly #out: readonly OutEndpoint[];
  /** For FIFO numbers that the chip does not have. */
  readonly #noFifo = new TransmitFifo();

  constructor(core: Registers<CoreRegister>) {
    this.#core = core;
    const numbers = Array.from({ length: ENDPOINTS }, (_, number) => number);
    this.#in = numbers.map(
      number =>
        new InEndpoint({
          number,
          fifo: assigned => this.#fifos[assigned] ?? this.#noFifo,
          waitsForEmpty: () => core.has('GAHBCFG', GAHBCFG.TXFELVL),
        }),
    );
    const fifo = this.receiveFifo;
    const depth = () => core.get('GRXFSIZ');
    this.#out = numbers.map(number => new OutEndpoint({ number, fifo, depth }));
  }

  /** DAINT: endpoints with an interrupt that DIEPMSK, DIEPEMPMSK or DOEPMSK lets through. */
  get interrupts(): number {
    const core = this.#core;
    const empty = core.get('DIEPEMPMSK');
    let daint = 0;
    for (const [number, endpoint] of this.#in.entries()) {
      const mask = core.get('DIEPMSK') | ((empty >>> number) & 1 ? DIEPINT.TXFE : 0);
      if (endpoint.interrupts & mask) daint |= 1 << number;
    }
    for (const [number, endpoint] of this.#out.entries())
      if (endpoint.interrupts & core.get('DOEPMSK')) daint |= 0x1_0000 << number;
    return daint;
  }

  /** A bit for each endpoint that would answer a token with something else than NAK: IN, then OUT. */
  get ready(): number {
    const isInNak = this.#core.has('DCTL', DCTL.GINSTS);
    const isOutNak = this.#core.has('DCTL', DCTL.GONSTS);
    let ready = 0;
    for (const [number, endpoint] of this.#in.entries()) if (endpoint.isReady(isInNak)) ready |= 1 << number;
    for (const [number, endpoint] of this.#out.entries())
      if (endpoint.isReady(isOutNak)) ready |= 0x1_0000 << number;
    return ready;
  }

  /** Returns the registers at `offset` from the base of OTG FS, if they are an endpoint's, and the offset in them. */
  at(offset: number): { registers: Pick<Registers<never>, 'read' | 'write'>; offset: number } | undefined {
    if (offset < IN_BASE || offset >= OUT_BASE + (OUT_BASE - IN_BASE)) return undefined;
    const isIn = offset < OUT_BASE;
    const number = Math.floor((offset - (isIn ? IN_BASE : OUT_BASE)) / BYTES_EACH);
    const registers = (isIn ? this.#in : this.#out)[number]?.registers;
    return registers && { registers, offset: offset % BYTES_EACH };
  }

  /** Software writes a word to the FIFO of IN endpoint `number`. */
  writeFifo(number: number, word: number): void {
    this.#fifos[number]?.write(word);
    for (const endpoint of this.#in) if (endpoint.fifo === this.#fifos[number]) endpoint.load();
  }

  /** Takes the FIFO sizes over: each DIEPTXF holds the depth in its upper half. */
  sizeFifos(): void {
    for (const [index, name] of DEPTHS.entries()) {
      const fifo = this.#fifos[index];
      if (fifo) fifo.depth = this.#core.get(name) >>> 16;
    }
  }

  /** Flushes transmit FIFO `number`, or all for 16 (RM0368 §22.16.2, GRSTCTL.TXFNUM). */
  flushTransmit(number: number): void {
    for (const [index, fifo] of this.#fifos.entries()) if (number === 16 || number === index) fifo.flush();
  }

  /** Starts the way to the global OUT NAK: in effect once software pops its entry (RM0368 §22.17.6). */
  requestGlobalOutNak(): void {
    this.receiveFifo.push(PKTSTS.GLOBAL_OUT_NAK << 17, new Uint8Array(0), () =>
      this.#core.change('GINTSTS', GINTSTS.GOUTNAKEFF),
    );
  }

  setup(request: Uint8Array): void {
    this.#in[0]?.expectDataStage();
    this.#out[0]?.setup(request);
  }

  out(endpoint: number, packet: UsbPacket): UsbHandshake {
    if (endpoint === 0) this.#out[0]?.endSetup();
    return this.#out[endpoint]?.receive(packet, this.#core.has('DCTL', DCTL.GONSTS)) ?? 'silent';
  }

  in(endpoint: number): UsbPacket | Exclude<UsbHandshake, 'ack'> {
    if (endpoint === 0) this.#out[0]?.endSetup();
    return this.#in[endpoint]?.answer(this.#core.has('DCTL', DCTL.GINSTS)) ?? 'silent';
  }

  busReset(): void {
    for (const endpoint of [...this.#in, ...this.#out]) endpoint.busReset();
  }

  reset(): void {
    for (const endpoint of [...this.#in, ...this.#out]) endpoint.reset();
    this.receiveFifo.flush();
    this.flushTransmit(16);
    this.sizeFifos();
  }
}
