import { FobError } from '../errors.ts';
import { PROBE_SENDS_MAX, PROBE_TIMEOUT_MS, SERIAL_BAUD } from '../limits.ts';
import { inOrder } from './in-order.ts';
import { knock, strangerAt } from './knock.ts';
import { pipe } from './pipe.ts';
import type { Transport } from './transport.ts';
import { ESPRUINO_USB_IDS, type UsbId } from './usb-ids.ts';
import { type EventSource, exceptionName, hasItOpen, whyForbidden, whyNotChosen } from './web.ts';

/** The part in use of a Web Serial port (WICG, `SerialPort`). */
export interface WebSerialPort extends EventSource<'disconnect', unknown> {
  readonly readable: ByteSource | null;
  readonly writable: ByteSink | null;
  /** Whether the device is plugged in; absent in older browsers. */
  readonly connected?: boolean;
  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number };
  open(options: { readonly baudRate: number }): Promise<void>;
  setSignals(signals: {
    readonly dataTerminalReady: boolean;
    readonly requestToSend: boolean;
  }): Promise<void>;
  close(): Promise<void>;
}

interface ByteSource {
  getReader(): ByteReader;
}

interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
  releaseLock(): void;
}

interface ByteSink {
  getWriter(): { write(bytes: Uint8Array): Promise<void>; releaseLock(): void };
}

interface PortFilter {
  readonly usbVendorId: number;
  readonly usbProductId?: number;
}

/** The part in use of `navigator.serial`. */
export interface WebSerial {
  /** The ports that this page may open. */
  getPorts(): Promise<WebSerialPort[]>;
  requestPort(options: { readonly filters: readonly PortFilter[] }): Promise<WebSerialPort>;
}

const FILTERS: readonly PortFilter[] = ESPRUINO_USB_IDS.map(({ vendor, product }) => ({
  usbVendorId: vendor,
  ...(product !== undefined && { usbProductId: product }),
}));
const NAME = 'Web Serial';

/**
 * Asks the user, by the browser, for a board's port; only after a click or a key.
 * @throws FobError `cancelled` if none was chosen, `port-forbidden` if the browser does not ask
 */
export async function chooseWebSerial(serial: WebSerial): Promise<WebSerialPort> {
  return await serial.requestPort({ filters: FILTERS }).catch((cause: unknown) => {
    throw whyNotChosen(cause);
  });
}

/**
 * Returns the ports of boards that this page may open without another question: chosen before, or granted by the
 * browser's administrator. If there are none, use `chooseWebSerial`. A board that carries frames over HID also has a
 * serial port, which carries none: try `grantedWebHid` first. The port of a cable that was just pulled may still be
 * in the list, and fails to open.
 * @throws FobError `port-forbidden` if the page may use no ports at all
 */
export async function grantedWebSerial(serial: WebSerial): Promise<WebSerialPort[]> {
  const ports = await serial.getPorts().catch((cause: unknown) => {
    throw whyForbidden(cause);
  });
  // If every port is granted, the list includes the computer's own.
  return ports.filter(port => usbIdOf(port.getInfo()) !== undefined && port.connected !== false);
}

function usbIdOf({ usbVendorId, usbProductId }: ReturnType<WebSerialPort['getInfo']>): UsbId | undefined {
  return ESPRUINO_USB_IDS.find(
    ({ vendor, product }) => vendor === usbVendorId && (product === undefined || product === usbProductId),
  );
}

/**
 * Opens a port that the browser has granted to the page. One whose USB id programs of others have is left again unless a fob
 * answers there (`knock`): the page may have been granted it for another program.
 * @throws FobError `port-busy` if this page has it open, `port-failed`, `no-answer` for such a program
 */
export async function openWebSerial(port: WebSerialPort): Promise<Transport> {
  const transport = await opened(port);
  if (!usbIdOf(port.getInfo())?.isShared) return transport;
  const patience = { answerTimeoutMs: PROBE_TIMEOUT_MS, sendsMax: PROBE_SENDS_MAX };
  const knocked = await knock(transport, patience).catch(() => undefined);
  if (knocked === 'fob') return transport;
  await transport.close();
  throw strangerAt(NAME);
}

async function opened(port: WebSerialPort): Promise<Transport> {
  await port.open({ baudRate: SERIAL_BAUD }).catch((cause: unknown) => {
    throw openFailure(cause);
  });
  // Boards without modem lines refuse; the error is ignored.
  await port.setSignals({ dataTerminalReady: true, requestToSend: true }).catch(() => undefined);

  let reader: ByteReader | undefined;
  let isReleased = false;
  const unplugged = (cause?: unknown) => new FobError('unplugged', { subject: NAME, cause });
  const leave = () => lost(unplugged());
  const { transport, receive, lost } = pipe({
    name: NAME,
    write: inOrder(text => writeTo(port, text), unplugged),
    async release() {
      isReleased = true;
      port.removeEventListener('disconnect', leave);
      // Ends the reading and so unlocks the stream; a port with a locked stream cannot be closed.
      await reader?.cancel().catch(() => undefined);
      await reading;
      await port.close();
    },
  });
  port.addEventListener('disconnect', leave);
  const readAll = async () => {
    // After a break or a lost byte the stream ends with an error and the port gets a new one; if it gets none, it is
    // gone.
    while (!isReleased && port.readable) {
      reader = port.readable.getReader();
      await readStream(reader, receive);
    }
  };
  const reading = readAll().catch(() => undefined);
  void reading.then(() => (isReleased ? undefined : leave()));
  return transport;
}

/** Unlocks the stream between two texts, so that the port can be closed. */
async function writeTo(port: WebSerialPort, text: string): Promise<void> {
  const writer = port.writable?.getWriter();
  if (writer === undefined) throw new Error('the port is gone');
  try {
    await writer.write(Uint8Array.from(text, char => char.charCodeAt(0)));
  } finally {
    writer.releaseLock();
  }
}

async function readStream(reader: ByteReader, receive: (bytes: Uint8Array) => void): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value) receive(value);
    }
  } catch {
    // The client resends after lost bytes; the port's next stream shows whether it is gone.
  } finally {
    reader.releaseLock();
  }
}

function openFailure(cause: unknown): FobError {
  if (exceptionName(cause) === 'InvalidStateError') return hasItOpen(cause);
  return new FobError('port-failed', {
    sentence: 'The browser cannot open the serial port.',
    next: 'End other programs and pages that use it, check with passfob doctor that this user may open it, then try again.',
    cause,
  });
}
