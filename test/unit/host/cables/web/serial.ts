import type { WebSerial, WebSerialPort } from 'passfob/transports/web-serial';
import { bytesOf, exception, textOf, type Wire } from './wire.ts';

/**
 * Stands in for the browser's Web Serial where there is no device: `navigator.serial` with one port, whose far end is a
 * wire. Its streams are the platform's own, with their locks.
 */
export class SerialOfBrowser implements WebSerial {
  readonly port: PortOfBrowser;
  /** The person's refusal; undefined: the person chooses the port. */
  refusal: string | undefined;

  constructor(wire: Wire, modemLines = true) {
    this.port = new PortOfBrowser(wire, modemLines);
  }

  /** What the page asked the browser for. */
  filters: Parameters<WebSerial['requestPort']>[0]['filters'] = [];
  /** The ports chosen before. */
  granted: WebSerialPort[] = [];
  isForbidden = false;

  async getPorts(): Promise<WebSerialPort[]> {
    if (this.isForbidden) throw exception('SecurityError');
    return this.granted;
  }

  async requestPort({ filters }: Parameters<WebSerial['requestPort']>[0]): Promise<WebSerialPort> {
    this.filters = filters;
    if (this.refusal !== undefined) throw exception(this.refusal);
    this.granted.push(this.port);
    return this.port;
  }
}

class PortOfBrowser implements WebSerialPort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  /** The error that `open` throws. */
  refusal: string | undefined;
  baudRate = 0;
  connected = true;
  /** Espruino's; undefined for a port that is no USB device. */
  vendor: number | undefined = 0x0483;
  product = 0x5740;
  readonly signals: unknown[] = [];
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private readonly listeners = new Set<(event: unknown) => void>();
  private readonly wire: Wire;
  private readonly modemLines: boolean;

  constructor(wire: Wire, modemLines: boolean) {
    this.wire = wire;
    this.modemLines = modemLines;
    wire.onText(text => this.controller?.enqueue(bytesOf(text)));
  }

  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number } {
    return this.vendor === undefined ? {} : { usbVendorId: this.vendor, usbProductId: this.product };
  }

  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    if (this.refusal !== undefined) throw exception(this.refusal);
    if (this.readable) throw exception('InvalidStateError');
    this.baudRate = baudRate;
    this.newStream();
    this.writable = new WritableStream({ write: bytes => this.wire.send(textOf(bytes)) });
  }

  private newStream(): void {
    this.readable = new ReadableStream<Uint8Array>({
      start: controller => {
        this.controller = controller;
      },
    });
  }

  async setSignals(signals: unknown): Promise<void> {
    if (!this.modemLines) throw exception('NetworkError');
    this.signals.push(signals);
  }

  async close(): Promise<void> {
    if (this.readable?.locked || this.writable?.locked) throw new TypeError('a stream is locked');
    this.readable = null;
    this.writable = null;
    this.controller = undefined;
  }

  /** Simulates a break or a lost byte: the stream ends with an error, and a new one begins. */
  stumble(): void {
    const ending = this.controller;
    this.newStream();
    ending?.error(exception('BreakError'));
  }

  unplug(): void {
    const ending = this.controller;
    this.connected = false;
    this.controller = undefined;
    this.readable = null;
    this.writable = null;
    ending?.error(exception('NetworkError'));
    for (const listener of this.listeners) listener({});
  }

  addEventListener(_: 'disconnect', listener: (event: unknown) => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'disconnect', listener: (event: unknown) => void): void {
    this.listeners.delete(listener);
  }

  get heard(): number {
    return this.listeners.size;
  }
}
