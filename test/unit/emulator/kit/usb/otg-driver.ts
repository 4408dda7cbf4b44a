import type { OtgFs } from '@passfob/emulator/stm32f401/usb/otg-fs';

/** Offsets of registers (RM0368 §22.16). */
export const OFFSET = {
  ...{ GOTGCTL: 0x000, GOTGINT: 0x004, GAHBCFG: 0x008, GUSBCFG: 0x00c, GRSTCTL: 0x010, GINTSTS: 0x014 },
  ...{ GINTMSK: 0x018, GRXSTSR: 0x01c, GRXSTSP: 0x020, GRXFSIZ: 0x024, DIEPTXF0: 0x028, GCCFG: 0x038 },
  ...{ DIEPTXF: 0x100, DCFG: 0x800, DCTL: 0x804, DSTS: 0x808, DIEPMSK: 0x810, DOEPMSK: 0x814 },
  ...{ DAINT: 0x818, DAINTMSK: 0x81c, DIEPEMPMSK: 0x834, DIEPCTL: 0x900, DIEPINT: 0x908 },
  ...{ DIEPTSIZ: 0x910, DTXFSTS: 0x918, DOEPCTL: 0xb00, DOEPINT: 0xb08, DOEPTSIZ: 0xb10, FIFO: 0x1000 },
} as const;

const ENABLE = 2 ** 31;
const CNAK = 1 << 26;
const SNAK = 1 << 27;
const STALL = 1 << 21;
const ACTIVE = 1 << 15;
const XFRC = 1;

/** What a driver tells the layer above it. */
export interface OtgEvents {
  reset(): void;
  suspended(): void;
  resumed(): void;
  disconnected(): void;
  startOfFrame(): void;
  setup(request: Uint8Array): void;
  /** An IN transfer is over. */
  sent(endpoint: number): void;
  /** An OUT transfer is over. */
  received(endpoint: number, bytes: Uint8Array): void;
}

/** A driver for OTG FS in device mode, by the programming model of RM0368 §22.17. */
export class OtgDriver {
  readonly otg: OtgFs;
  readonly events: OtgEvents;
  readonly #incoming = new Map<number, number[]>();
  readonly #outgoing = new Map<number, Uint8Array>();
  readonly #packetBytes = new Map<number, number>();
  #request = new Uint8Array(8);

  constructor(otg: OtgFs, events: OtgEvents) {
    this.otg = otg;
    this.events = events;
  }

  read(offset: number): number {
    return this.otg.read(offset);
  }

  write(offset: number, value: number): void {
    this.otg.write(offset, value >>> 0, -1);
  }

  set(offset: number, bits: number): void {
    this.write(offset, this.read(offset) | bits);
  }

  /** Core and device initialization (§22.17.1 and §22.17.3). */
  start(wantsFrames: boolean): void {
    this.write(OFFSET.GRSTCTL, 1);
    this.write(OFFSET.GCCFG, (1 << 16) | (1 << 19));
    this.write(OFFSET.DCFG, 0x0220_0003);
    this.write(OFFSET.GRXFSIZ, 64);
    this.write(OFFSET.DIEPTXF0, (32 << 16) | 64);
    for (let number = 1; number < 4; number++)
      this.write(OFFSET.DIEPTXF + 4 * number, (32 << 16) | (64 + 32 * number));
    const always = 0x800c_1814 | 0x2000 | 0x4000_0000;
    this.write(OFFSET.GINTMSK, always | (wantsFrames ? 8 : 0));
    this.write(OFFSET.GAHBCFG, 1);
  }

  /** The interrupt handler: works off what GINTSTS shows. */
  interrupt(): void {
    const pending = this.read(OFFSET.GINTSTS) & this.read(OFFSET.GINTMSK);
    if (pending & 0x10) this.#popReceiveFifo();
    if (pending & 0x1000) this.#busReset();
    if (pending & 0x2000) this.#enumerationDone();
    if (pending & (1 << 19)) this.#outInterrupts();
    if (pending & (1 << 18)) this.#inInterrupts();
    if (pending & 0x800) this.events.suspended();
    if (pending & (2 ** 31)) this.events.resumed();
    if (pending & 8) this.events.startOfFrame();
    if (pending & 4) {
      const flags = this.read(OFFSET.GOTGINT);
      this.write(OFFSET.GOTGINT, flags);
      if (flags & 4) this.events.disconnected();
    }
    this.write(OFFSET.GINTSTS, pending & 0xc000_3808);
  }

  /** Endpoint initialization on USB reset (§22.17.5). */
  #busReset(): void {
    for (let number = 0; number < 4; number++) this.write(OFFSET.DOEPCTL + 0x20 * number, SNAK);
    this.write(OFFSET.GRSTCTL, (16 << 6) | 0x20);
    this.write(OFFSET.DAINTMSK, 0x1_0001);
    this.write(OFFSET.DOEPMSK, 9);
    this.write(OFFSET.DIEPMSK, 1);
    this.write(OFFSET.DIEPEMPMSK, 0);
    this.write(OFFSET.DCFG, this.read(OFFSET.DCFG) & ~0x7f0);
    this.write(OFFSET.DOEPTSIZ, (3 << 29) | (1 << 19) | 24);
    this.#outgoing.clear();
    this.#incoming.clear();
    this.events.reset();
  }

  /** Endpoint initialization on enumeration completion (§22.17.5). */
  #enumerationDone(): void {
    if ((this.read(OFFSET.DSTS) & 6) !== 6) throw new Error('not at full speed');
    this.write(OFFSET.DIEPCTL, this.read(OFFSET.DIEPCTL) & ~3);
    this.#packetBytes.set(0, 64);
  }

  setAddress(address: number): void {
    this.write(OFFSET.DCFG, (this.read(OFFSET.DCFG) & ~0x7f0) | (address << 4));
  }

  /** Endpoint activation (§22.17.5). @param kind 2 bulk, 3 interrupt */
  activate(address: number, kind: number, packetBytes: number): void {
    const number = address & 0x7f;
    this.#packetBytes.set(address, packetBytes);
    const control = packetBytes | ACTIVE | (kind << 18) | (1 << 28);
    if (address & 0x80) this.write(OFFSET.DIEPCTL + 0x20 * number, control | (number << 22));
    else this.write(OFFSET.DOEPCTL + 0x20 * number, control);
    this.set(OFFSET.DAINTMSK, address & 0x80 ? 1 << number : 0x1_0000 << number);
  }

  stall(address: number, isStalled = true): void {
    const at = (address & 0x80 ? OFFSET.DIEPCTL : OFFSET.DOEPCTL) + 0x20 * (address & 0x7f);
    if (isStalled) this.set(at, STALL);
    else this.write(at, (this.read(at) & ~STALL) | (1 << 28));
  }

  /** Starts an IN transfer (§22.17.6, generic non-periodic IN data transfers). */
  send(endpoint: number, bytes: Uint8Array): void {
    const size = this.#packetBytes.get(endpoint === 0 ? 0 : endpoint | 0x80) ?? 64;
    const packets = Math.max(1, Math.ceil(bytes.length / size));
    const at = 0x20 * endpoint;
    this.write(OFFSET.DIEPTSIZ + at, (packets << 19) | bytes.length);
    this.write(OFFSET.DIEPCTL + at, this.read(OFFSET.DIEPCTL + at) | ENABLE | CNAK);
    this.#outgoing.set(endpoint, bytes);
    if (bytes.length > 0) this.set(OFFSET.DIEPEMPMSK, 1 << endpoint);
  }

  /** Starts an OUT transfer of one packet (§22.17.6, generic non-isochronous OUT data transfers). */
  receive(endpoint: number): void {
    const at = 0x20 * endpoint;
    const setups = endpoint === 0 ? 3 << 29 : 0;
    this.write(OFFSET.DOEPTSIZ + at, setups | (1 << 19) | (this.#packetBytes.get(endpoint) ?? 64));
    this.write(OFFSET.DOEPCTL + at, this.read(OFFSET.DOEPCTL + at) | ENABLE | CNAK);
  }

  /** Packet read (§22.17.6). */
  #popReceiveFifo(): void {
    const status = this.read(OFFSET.GRXSTSP);
    const endpoint = status & 15;
    const count = (status >>> 4) & 0x7ff;
    const bytes: number[] = [];
    while (bytes.length < count) {
      const word = this.read(OFFSET.FIFO);
      for (let shift = 0; shift < 32 && bytes.length < count; shift += 8) bytes.push((word >>> shift) & 255);
    }
    const kind = (status >>> 17) & 15;
    if (kind === 6) this.#request = Uint8Array.from(bytes);
    if (kind === 2) this.#incoming.set(endpoint, [...(this.#incoming.get(endpoint) ?? []), ...bytes]);
  }

  #outInterrupts(): void {
    const all = (this.read(OFFSET.DAINT) & this.read(OFFSET.DAINTMSK)) >>> 16;
    for (let number = 0; number < 4; number++) {
      if (!((all >>> number) & 1)) continue;
      const flags = this.read(OFFSET.DOEPINT + 0x20 * number);
      this.write(OFFSET.DOEPINT + 0x20 * number, flags);
      if (flags & XFRC) {
        const bytes = Uint8Array.from(this.#incoming.get(number) ?? []);
        this.#incoming.delete(number);
        this.events.received(number, bytes);
      }
      if (flags & 8) {
        this.write(OFFSET.DOEPTSIZ, (3 << 29) | (1 << 19) | 24);
        this.events.setup(this.#request);
      }
    }
  }

  #inInterrupts(): void {
    const all = this.read(OFFSET.DAINT) & this.read(OFFSET.DAINTMSK);
    for (let number = 0; number < 4; number++) {
      if (!((all >>> number) & 1)) continue;
      const flags = this.read(OFFSET.DIEPINT + 0x20 * number);
      this.write(OFFSET.DIEPINT + 0x20 * number, flags & ~0x80);
      if (flags & 0x80) this.#fillFifo(number);
      if (flags & XFRC) this.events.sent(number);
    }
  }

  /** Writes as many whole packets as fit (§22.17.6, packet write). */
  #fillFifo(number: number): void {
    let left = this.#outgoing.get(number) ?? new Uint8Array(0);
    const size = this.#packetBytes.get(number === 0 ? 0 : number | 0x80) ?? 64;
    while (left.length > 0) {
      const packet = left.subarray(0, size);
      if (this.read(OFFSET.DTXFSTS + 0x20 * number) < Math.ceil(packet.length / 4)) break;
      for (let at = 0; at < packet.length; at += 4) {
        const [a = 0, b = 0, c = 0, d = 0] = packet.subarray(at, at + 4);
        this.write(OFFSET.FIFO * (number + 1), a | (b << 8) | (c << 16) | (d << 24));
      }
      left = left.subarray(packet.length);
    }
    this.#outgoing.set(number, left);
    if (left.length === 0) this.write(OFFSET.DIEPEMPMSK, this.read(OFFSET.DIEPEMPMSK) & ~(1 << number));
  }
}
