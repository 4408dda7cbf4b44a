import type { InterruptLines, Peripheral } from '../../base/peripheral.ts';
import { Registers } from '../../base/registers.ts';
import type { BoardTime } from '../../base/timeline.ts';
import type { UsbDevicePort, UsbHandshake, UsbHostPort, UsbPacket, UsbSignal } from '../../base/usb-port.ts';
import type { Clocks } from '../clocks.ts';
import { IRQ } from '../interrupts.ts';
import { DCTL, GAHBCFG, GCCFG, GINTSTS, GRSTCTL } from './bits.ts';
import { BusEvents } from './bus-events.ts';
import { CORE_REGISTERS, type CoreRegister } from './core-registers.ts';
import { Endpoints } from './endpoints.ts';

/** USB needs 48 MHz within 0.25 % (USB 2.0 §7.1.11). */
const USB_HZ = 48_000_000;
const FIFO_BASE = 0x1000;
const FIFO_END = 0x5000;

export interface OtgFsOptions {
  readonly time: BoardTime;
  readonly lines: InterruptLines;
  readonly clocks: Clocks;
  /** The wake-up event of EXTI line 18 (RM0368 §10.2.5). */
  readonly wake?: () => void;
  /** Ticks that each access to a register or FIFO costs beyond an instruction's. Default 2. */
  readonly waitTicks?: number;
}

/**
 * The USB device controller OTG FS (RM0368 §22) in device mode. Host mode, isochronous transfers, DMA and link power
 * management are not there. PCGCCTL keeps its bits but stops nothing: firmware in the field leaves STPPCLK set when a
 * session starts, and enumerates.
 */
export class OtgFs implements Peripheral, UsbDevicePort {
  readonly name = 'OTG_FS';
  readonly #options: OtgFsOptions;
  readonly #core: Registers<CoreRegister>;
  readonly #endpoints: Endpoints;
  readonly #bus: BusEvents;
  #hasVbus = false;
  /** The device answers to the address of DCFG, and to its last one until the host uses the new one. */
  #address = 0;
  /** What the host was told last. */
  #told = 0;

  constructor(options: OtgFsOptions) {
    this.#options = options;
    this.#core = new Registers(CORE_REGISTERS, {
      GRSTCTL: { written: (_value, _before, written) => this.#resetParts(written) },
      GINTSTS: {
        read: () => this.#interrupts,
        written: (_value, _before, written) => written & GINTSTS.SOF && this.#bus.clearFrame(),
      },
      GRXSTSR: { read: () => this.#endpoints.receiveFifo.top },
      GRXSTSP: { read: () => this.#endpoints.receiveFifo.pop() },
      DIEPTXF0: { written: () => this.#endpoints.sizeFifos() },
      DIEPTXF1: { written: () => this.#endpoints.sizeFifos() },
      DIEPTXF2: { written: () => this.#endpoints.sizeFifos() },
      DIEPTXF3: { written: () => this.#endpoints.sizeFifos() },
      DCTL: { written: (value, before, written) => this.#control(value, before, written) },
      DSTS: { read: () => this.#core.get('DSTS') | (this.#bus.frameNumber << 8) },
      DAINT: { read: () => this.#endpoints.interrupts },
    });
    this.#endpoints = new Endpoints(this.#core);
    this.#bus = new BusEvents({
      time: options.time,
      core: this.#core,
      onReset: () => this.#endpoints.busReset(),
      onChange: () => this.#update(),
      onWakeup: () => options.wake?.(),
    });
    options.clocks.onChange(() => this.#update());
    this.reset();
  }

  reset(): void {
    this.#core.reset();
    this.#endpoints.reset();
    this.#bus.reset();
    this.#address = 0;
    this.#update();
  }

  read(offset: number): number {
    this.#options.time.spend(this.#options.waitTicks ?? 2);
    const value = this.#readNow(offset);
    // Popping from the receive FIFO has effects, and makes space; other reads have none.
    if (offset === CORE_REGISTERS.GRXSTSP.at) this.#update();
    else if (offset >= FIFO_BASE) this.#tellHost();
    return value;
  }

  #readNow(offset: number): number {
    if (offset >= FIFO_BASE) return offset < FIFO_END ? this.#endpoints.receiveFifo.pop() : 0;
    const endpoint = this.#endpoints.at(offset);
    return endpoint ? endpoint.registers.read(endpoint.offset) : this.#core.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#options.time.spend(this.#options.waitTicks ?? 2);
    const endpoint = this.#endpoints.at(offset);
    if (endpoint) endpoint.registers.write(endpoint.offset, value, mask);
    else if (offset < FIFO_BASE) this.#core.write(offset, value, mask);
    else if (offset < FIFO_END) this.#endpoints.writeFifo((offset >>> 12) - 1, value & mask);
    this.#update();
  }

  /** GINTSTS: its own flags, and those that follow their causes. */
  get #interrupts(): number {
    const core = this.#core;
    const endpoints = this.#endpoints.interrupts & core.get('DAINTMSK');
    return (
      core.get('GINTSTS') |
      (core.get('GOTGINT') ? GINTSTS.OTGINT : 0) |
      (this.#bus.hasNewFrame ? GINTSTS.SOF : 0) |
      (this.#endpoints.receiveFifo.isPending ? GINTSTS.RXFLVL : 0) |
      (endpoints & 0xffff ? GINTSTS.IEPINT : 0) |
      (endpoints >>> 16 ? GINTSTS.OEPINT : 0)
    );
  }

  #resetParts(written: number): void {
    if (written & GRSTCTL.TXFFLSH) this.#endpoints.flushTransmit((written >>> 6) & 31);
    if (written & GRSTCTL.RXFFLSH) this.#endpoints.receiveFifo.flush();
    if (!(written & GRSTCTL.CSRST)) return;
    const speed = this.#core.get('DCFG') & 3;
    const clockGates = this.#core.get('PCGCCTL');
    this.#core.reset();
    this.#core.change('DCFG', speed);
    this.#core.set('PCGCCTL', clockGates);
    this.#endpoints.reset();
    this.#bus.reset();
  }

  #control(value: number, before: number, written: number): void {
    const core = this.#core;
    if (written & DCTL.SGINAK) {
      core.change('DCTL', DCTL.GINSTS);
      core.change('GINTSTS', GINTSTS.GINAKEFF);
    }
    if (written & DCTL.CGINAK) {
      core.change('DCTL', 0, DCTL.GINSTS);
      core.change('GINTSTS', 0, GINTSTS.GINAKEFF);
    }
    if (written & DCTL.SGONAK) {
      core.change('DCTL', DCTL.GONSTS);
      this.#endpoints.requestGlobalOutNak();
    }
    if (written & DCTL.CGONAK) {
      core.change('DCTL', 0, DCTL.GONSTS);
      core.change('GINTSTS', 0, GINTSTS.GOUTNAKEFF);
    }
    if (value & ~before & DCTL.RWUSIG && this.#bus.isSuspended) this.#bus.host?.remoteWakeup();
  }

  /** Brings the session, the interrupt and the host up to date after anything has happened. */
  #update(): void {
    const core = this.#core;
    const isSensed =
      core.has('GCCFG', GCCFG.NOVBUSSENS) || (this.#hasVbus && core.has('GCCFG', GCCFG.VBUSBSEN));
    this.#bus.follow(isSensed, core.has('GCCFG', GCCFG.PWRDWN) && !core.has('DCTL', DCTL.SDIS));
    const isRequested =
      (this.#interrupts & core.get('GINTMSK')) !== 0 && core.has('GAHBCFG', GAHBCFG.GINTMSK);
    this.#options.lines.set(IRQ.OTG_FS, isRequested);
    this.#tellHost();
  }

  #tellHost(): void {
    const { isAttached, wantsFrames } = this.#bus;
    const state = this.#endpoints.ready | (isAttached ? 1 << 30 : 0) | (wantsFrames ? 1 << 29 : 0);
    if (state === this.#told) return;
    this.#told = state;
    this.#bus.host?.deviceChanged();
  }

  get isAttached(): boolean {
    return this.#bus.isAttached;
  }

  get wantsFrames(): boolean {
    return this.#bus.wantsFrames;
  }

  connect(host: UsbHostPort): void {
    this.#bus.host = host;
  }

  setVbus(isOn: boolean): void {
    this.#hasVbus = isOn;
    this.#update();
  }

  drive(signal: UsbSignal): void {
    this.#bus.drive(signal);
    this.#update();
  }

  startOfFrame(): void {
    this.#update();
  }

  setup(address: number, request: Uint8Array): UsbHandshake {
    if (!this.#answers(address)) return 'silent';
    this.#endpoints.setup(request);
    this.#update();
    return 'ack';
  }

  out(address: number, endpoint: number, packet: UsbPacket): UsbHandshake {
    if (!this.#answers(address)) return 'silent';
    const handshake = this.#endpoints.out(endpoint, packet);
    this.#update();
    return handshake;
  }

  in(address: number, endpoint: number): UsbPacket | Exclude<UsbHandshake, 'ack'> {
    if (!this.#answers(address)) return 'silent';
    const answer = this.#endpoints.in(endpoint);
    this.#update();
    return answer;
  }

  #answers(address: number): boolean {
    const { usbClock } = this.#options.clocks;
    if (!this.#bus.isActive || Math.abs(usbClock - USB_HZ) > USB_HZ / 400) return false;
    const assigned = (this.#core.get('DCFG') >>> 4) & 0x7f;
    if (address === assigned) this.#address = assigned;
    return address === this.#address;
  }
}
