import { createServer, type Server, type Socket } from 'node:net';
import type { Fob } from '../../fob.ts';
import type { Front } from '../front.ts';
import { serveClient } from './client.ts';
import type { DeviceFacts } from './descriptors.ts';
import { UsbDevice } from './device.ts';
import { MAX_USBIP_CLIENTS } from './limits.ts';

export interface UsbipOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whether the serial port knows SEND_BREAK, as an Espruino does not. */
  readonly offersBreak?: boolean;
  /** Called whenever the device can be had: when it is plugged in, and when the board has power again. */
  readonly onAvailable?: () => void;
}

export interface UsbipFront extends Front {
  readonly host: string;
  readonly port: number;
}

/**
 * Serves the board's USB device to a kernel over USB/IP. The cable is in while a client has imported the device, and
 * is pulled when the client goes, the board loses its power, or `unplug` is called.
 * @throws the system's error when the port cannot be listened on (`EADDRINUSE`, `EACCES`).
 */
export async function usbipFront(fob: Fob, options: UsbipOptions): Promise<UsbipFront> {
  let plugged = true;
  let holder: { readonly socket: Socket; readonly device: UsbDevice } | undefined;
  const clients = new Set<Socket>();

  const facts = (): DeviceFacts | undefined =>
    plugged && fob.powered
      ? {
          product: `${fob.board} simulated by Passfob`,
          serialNumber: fob.usbHid.serialNumber,
          reportDescriptor: fob.usbHid.reportDescriptor,
          reportBytes: fob.usbHid.reportBytes,
          takesReports: fob.usbHid.takesReports,
          offersBreak: options.offersBreak ?? false,
        }
      : undefined;
  const take = (socket: Socket): UsbDevice | undefined => {
    const known = facts();
    if (holder || !known) return undefined;
    holder = { socket, device: new UsbDevice(fob, known) };
    return holder.device;
  };
  const letGo = () => {
    const held = holder;
    holder = undefined;
    held?.device.close();
    held?.socket.destroy();
  };
  const server = createServer(socket => {
    // An error is always followed by `close`.
    socket.on('error', () => undefined);
    if (clients.size >= MAX_USBIP_CLIENTS) {
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => {
      clients.delete(socket);
      if (holder?.socket === socket) letGo();
    });
    serveClient(socket, { facts, take: () => take(socket) });
  });
  await listening(server, options);
  fob.setUsb(false);
  const stopWatching = watchPower(fob, powered => {
    if (!powered) letGo();
    else if (plugged) options.onAvailable?.();
  });
  const address = server.address();
  return {
    host: options.host,
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async unplug() {
      plugged = false;
      letGo();
    },
    async replug() {
      if (plugged) return;
      plugged = true;
      if (fob.powered) options.onAvailable?.();
    },
    async close() {
      plugged = false;
      stopWatching();
      letGo();
      for (const client of clients) client.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/** A board tells of its power by its screen, which goes off and on with it. */
function watchPower(fob: Fob, changed: (powered: boolean) => void): () => void {
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
