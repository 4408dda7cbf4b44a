import { type RP2040, USBCDC } from 'rp2040js';

/** How far a computer may be ahead of the device. */
const QUEUE_BYTES_MAX = 1 << 20;

/** A register, and a bit of it that the firmware clears by writing it (RP2040 data sheet §4.1.4). */
const SIE_STATUS = 0x50;
const SUSPENDED = 1 << 4;

/** The state of the bus, which rp2040js lets nobody change. */
interface InsideController {
  sieStatus: number;
  rawWriteValue: number;
  sieStatusUpdated(): void;
}

/** Has the firmware clear `SUSPENDED`. In rp2040js it cannot: the interrupt would never end. */
function withClearedSuspension(usb: RP2040['usbCtrl']): void {
  const inside = usb as unknown as InsideController;
  const write = usb.writeUint32.bind(usb);
  usb.writeUint32 = (offset, value) => {
    if (offset === SIE_STATUS) inside.sieStatus &= ~(inside.rawWriteValue & SUSPENDED);
    write(offset, value);
  };
}

/**
 * The computer at the USB port: enumeration by rp2040js, and a serial port that a program has open. A device that asks
 * for data gets an answer when there are some; rp2040js's own host would answer with an empty packet at once, again and
 * again.
 */
export class UsbComputer {
  readonly #usb: RP2040['usbCtrl'];
  readonly #received: (bytes: Uint8Array) => void;
  #queue: Uint8Array[] = [];
  /** The endpoint at which the device waits for data. */
  #waiting: { readonly endpoint: number; readonly bytes: number } | undefined;
  #isOpen = false;

  constructor(chip: RP2040, received: (bytes: Uint8Array) => void) {
    this.#usb = chip.usbCtrl;
    this.#received = received;
    withClearedSuspension(chip.usbCtrl);
    this.#enumerate();
  }

  /** Sets up the next device that appears, or is reset, at the port. */
  #enumerate(): void {
    const serial = new USBCDC(this.#usb);
    serial.onSerialData = bytes => this.#received(bytes);
    serial.onDeviceConnected = () => {
      this.#isOpen = true;
      this.#send();
    };
    this.#usb.onEndpointRead = (endpoint, bytes) => {
      if (endpoint === 0) return;
      this.#waiting = { endpoint, bytes };
      this.#send();
    };
  }

  /** The cable is pulled off a board that has another supply: its bus is idle, which counts as suspended. */
  unplug(): void {
    this.#isOpen = false;
    this.#queue = [];
    this.#waiting = undefined;
    this.#setStatus(SUSPENDED);
  }

  /** The computer resets a device that appears at its port. */
  plug(): void {
    this.#setStatus(0);
    this.#enumerate();
    this.#usb.resetDevice();
  }

  #setStatus(suspended: number): void {
    const inside = this.#usb as unknown as InsideController;
    inside.sieStatus = (inside.sieStatus & ~SUSPENDED) | suspended;
    inside.sieStatusUpdated();
  }

  /** Whether the serial port is open: the device is enumerated. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the device has yet to take data. */
  get isSending(): boolean {
    return this.#queue.length > 0;
  }

  /** Sends bytes to a board that is enumerated; a program has no port otherwise. */
  write(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#queue.length > QUEUE_BYTES_MAX) throw new Error('the board takes no data');
    this.#queue.push(Uint8Array.from(bytes));
    this.#send();
  }

  /** Answers a waiting device by one packet, of one write: packets keep the edges that the sender gave them. */
  #send(): void {
    const [first] = this.#queue;
    if (!this.#isOpen || this.#waiting === undefined || first === undefined) return;
    const { endpoint, bytes } = this.#waiting;
    this.#waiting = undefined;
    if (first.length > bytes) this.#queue[0] = first.subarray(bytes);
    else this.#queue.shift();
    this.#usb.endpointReadDone(endpoint, first.slice(0, bytes));
  }
}
