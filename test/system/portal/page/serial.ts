import type { WebSerial, WebSerialPort } from 'passfob/transports/web-serial';
import { bytesOf, exception, textOf } from '../../../unit/host/cables/web/wire.ts';

/** The test's interface for the page: the cable to a simulated fob, as bytes in strings. */
interface Cable {
  /** Whether a silent board is plugged in as well; the page was allowed both before. */
  readonly fobHasSilent?: boolean;
  /** Whether it is plugged in, and open now. */
  fobOpen(): Promise<boolean>;
  fobWrite(text: string): Promise<void>;
  fobClose(): Promise<void>;
  fobHears: (text: string) => void;
  fobGone: () => void;
}

const cable = globalThis as unknown as Cable;

/** STMicroelectronics, as Espruino's own boards have it. */
const ESPRUINO_VENDOR = 0x0483;

/** One port of the browser, whose far end is a simulated fob. Its streams are the platform's own. */
class CablePort extends EventTarget implements WebSerialPort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    super();
    cable.fobHears = text => this.controller?.enqueue(bytesOf(text));
    cable.fobGone = () => this.gone();
  }

  getInfo(): { readonly usbVendorId: number } {
    return { usbVendorId: ESPRUINO_VENDOR };
  }

  async open(): Promise<void> {
    if (this.readable) throw exception('InvalidStateError');
    if (!(await cable.fobOpen())) throw exception('NetworkError');
    this.readable = new ReadableStream({
      start: controller => {
        this.controller = controller;
      },
    });
    this.writable = new WritableStream({ write: bytes => cable.fobWrite(textOf(bytes)) });
  }

  async setSignals(): Promise<void> {}

  async close(): Promise<void> {
    if (this.readable?.locked || this.writable?.locked) throw new TypeError('a stream is locked');
    this.readable = null;
    this.writable = null;
    this.controller = undefined;
    await cable.fobClose();
  }

  private gone(): void {
    const ending = this.controller;
    this.controller = undefined;
    this.readable = null;
    this.writable = null;
    ending?.error(exception('NetworkError'));
    this.dispatchEvent(new Event('disconnect'));
  }
}

/** A port that opens, takes everything and says nothing, as the serial port of a board that carries frames by HID. */
class SilentPort extends EventTarget implements WebSerialPort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;

  getInfo(): { readonly usbVendorId: number } {
    return { usbVendorId: ESPRUINO_VENDOR };
  }

  async open(): Promise<void> {
    this.readable = new ReadableStream();
    this.writable = new WritableStream();
  }

  async setSignals(): Promise<void> {}

  async close(): Promise<void> {
    this.readable = null;
    this.writable = null;
  }
}

/** Replaces a browser's serial ports, on a computer that has none. */
class CableSerial extends EventTarget implements WebSerial {
  private readonly port = new CablePort();
  private readonly silent = cable.fobHasSilent === true ? [new SilentPort()] : [];
  private isGiven = cable.fobHasSilent === true;

  async requestPort(): Promise<WebSerialPort> {
    this.isGiven = true;
    return this.port;
  }

  async getPorts(): Promise<WebSerialPort[]> {
    return this.isGiven ? [...this.silent, this.port] : [];
  }
}

Object.defineProperty((globalThis as unknown as { navigator: object }).navigator, 'serial', {
  value: new CableSerial(),
});
