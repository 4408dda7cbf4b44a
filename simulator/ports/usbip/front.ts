import { createServer, type Server, type Socket } from 'node:net';
import type { SimulatedFob } from '../../base/fob.ts';
import type { Front } from '../front.ts';
import { USB_IDS } from '../usb-ids.ts';
import { serveClient } from './client.ts';
import type { DeviceFacts } from './descriptors.ts';
import { UsbDevice } from './device.ts';
import { MAX_USBIP_CLIENTS } from './limits.ts';

export interface UsbipOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whether the serial port offers SEND_BREAK, which Espruino's does not. */
  readonly offersBreak?: boolean;
  /** Called whenever the device becomes available: after a replug, and when the board has power again. */
  readonly onAvailable?: () => void;
}

export interface UsbipFront extends Front {
  readonly host: string;
  readonly port: number;
}

/** The device and its present client. */
class Plug {
  readonly #fob: SimulatedFob;
  readonly #offersBreak: boolean;
  readonly #clients = new Set<Socket>();
  #holder: { readonly socket: Socket; readonly device: UsbDevice } | undefined;
  plugged = true;

  constructor(fob: SimulatedFob, offersBreak: boolean) {
    this.#fob = fob;
    this.#offersBreak = offersBreak;
  }

  accept(socket: Socket): void {
    // An error is always followed by `close`.
    socket.on('error', () => undefined);
    if (this.#clients.size >= MAX_USBIP_CLIENTS) {
      socket.destroy();
      return;
    }
    this.#clients.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => {
      this.#clients.delete(socket);
      if (this.#holder?.socket === socket) this.letGo();
    });
    serveClient(socket, { facts: () => this.#facts(), take: () => this.#take(socket) });
  }

  #facts(): DeviceFacts | undefined {
    const { board, powered, usbHid } = this.#fob;
    const ids = USB_IDS[board];
    if (!this.plugged || !powered || !ids) return undefined;
    return {
      ids,
      product: `${board} simulated by Passfob`,
      serialNumber: usbHid.serialNumber,
      reportDescriptor: usbHid.reportDescriptor,
      reportBytes: usbHid.reportBytes,
      takesReports: usbHid.takesReports,
      offersBreak: this.#offersBreak,
    };
  }

  #take(socket: Socket): UsbDevice | undefined {
    const facts = this.#facts();
    if (this.#holder || !facts) return undefined;
    this.#holder = { socket, device: new UsbDevice(this.#fob, facts) };
    return this.#holder.device;
  }

  /** Pulls the cable from the computer that has it. */
  letGo(): void {
    const held = this.#holder;
    this.#holder = undefined;
    held?.device.close();
    held?.socket.destroy();
  }

  close(): void {
    this.plugged = false;
    this.letGo();
    for (const client of this.#clients) client.destroy();
  }
}

/**
 * Serves the board's USB device to a kernel over USB/IP. The cable is in while a client has imported the device. It
 * is pulled when the client leaves, the board loses its power, or `unplug` is called.
 * @throws the system's error if the server cannot listen on the port (`EADDRINUSE`, `EACCES`).
 */
export async function usbipFront(fob: SimulatedFob, options: UsbipOptions): Promise<UsbipFront> {
  const device = new Plug(fob, options.offersBreak ?? false);
  const server = createServer(socket => device.accept(socket));
  await listening(server, options);
  fob.setUsb(false);
  const stopWatching = watchPower(fob, powered => {
    if (!powered) device.letGo();
    else if (device.plugged) options.onAvailable?.();
  });
  const address = server.address();
  return {
    host: options.host,
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async unplug() {
      device.plugged = false;
      device.letGo();
    },
    async replug() {
      if (device.plugged) return;
      device.plugged = true;
      if (fob.powered) options.onAvailable?.();
    },
    async close() {
      stopWatching();
      device.close();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/** A board reports its power through its screen, which goes off and on with it. */
function watchPower(fob: SimulatedFob, changed: (powered: boolean) => void): () => void {
  let last = fob.powered;
  return fob.onScreen(() => {
    if (fob.powered === last) return;
    last = fob.powered;
    changed(last);
  });
}

function listening(server: Server, { host, port }: UsbipOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
