import { fromReport } from '@passfob/protocol/reports';
import { FobError } from '../errors.ts';
import { FRAMES_PAGE, formOf } from './hid-forms.ts';
import { inOrder } from './in-order.ts';
import { pipe } from './pipe.ts';
import type { Transport } from './transport.ts';
import { type EventSource, exceptionName, hasItOpen, whyForbidden, whyNotChosen } from './web.ts';

/** The part in use of a WebHID device (WICG, `HIDDevice`). */
export interface WebHidDevice extends EventSource<'inputreport', WebHidReport> {
  readonly opened: boolean;
  readonly collections: readonly { readonly usagePage?: number; readonly usage?: number }[];
  open(): Promise<void>;
  sendReport(reportId: number, data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface WebHidReport {
  readonly reportId: number;
  /** Without the report id. */
  readonly data: {
    readonly buffer: ArrayBufferLike;
    readonly byteOffset: number;
    readonly byteLength: number;
  };
}

/** The part in use of `navigator.hid`. */
export interface WebHid extends EventSource<'disconnect', { readonly device: unknown }> {
  /** The plugged-in devices that this page may open. */
  getDevices(): Promise<WebHidDevice[]>;
  requestDevice(options: {
    readonly filters: readonly { readonly usagePage: number }[];
  }): Promise<WebHidDevice[]>;
}

const NAME = 'WebHID';

/**
 * Asks the user, by the browser, for a HID device that may be a fob; only after a click or a key.
 * @throws FobError `cancelled` if none was chosen, `port-forbidden` if the browser does not ask
 */
export async function chooseWebHid(hid: WebHid): Promise<WebHidDevice> {
  const devices = await hid
    .requestDevice({ filters: [{ usagePage: FRAMES_PAGE }] })
    .catch((cause: unknown) => {
      throw whyNotChosen(cause);
    });
  // Without a choice the list is empty; a device with several interfaces appears several times.
  const device = devices.find(one => formOfDevice(one) !== undefined);
  if (device === undefined)
    throw new FobError('cancelled', { sentence: 'No device was chosen that may be a fob.' });
  return device;
}

/**
 * Returns the devices that may be fobs and that this page may open without another question: chosen before, or
 * granted by the browser's administrator. If there are none, use `chooseWebHid`.
 * @throws FobError `port-forbidden` if the page may use no HID devices at all
 */
export async function grantedWebHid(hid: WebHid): Promise<WebHidDevice[]> {
  const devices = await hid.getDevices().catch((cause: unknown) => {
    throw whyForbidden(cause);
  });
  return devices.filter(device => formOfDevice(device) !== undefined);
}

/**
 * Opens a device that the browser has granted to the page.
 * @throws FobError `port-busy` if this page has it open, `port-failed`
 */
export async function openWebHid(hid: WebHid, device: WebHidDevice): Promise<Transport> {
  const form = formOfDevice(device);
  if (form === undefined) {
    throw new FobError('port-failed', {
      sentence: 'The HID device is not a fob.',
      next: 'Choose another device.',
    });
  }
  // A second opening would succeed, and both would receive the answers to either.
  if (device.opened) throw hasItOpen();
  await device.open().catch((cause: unknown) => {
    throw openFailure(cause);
  });
  const unplugged = (cause?: unknown) => new FobError('unplugged', { subject: NAME, cause });
  const hear = ({ reportId, data }: WebHidReport) => {
    if (reportId !== form.reportId) return;
    const text = fromReport(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    if (text) receive(Uint8Array.from(text, char => char.charCodeAt(0)));
  };
  const leave = (event: { readonly device: unknown }) => {
    if (event.device === device) lost(unplugged());
  };
  const writeAll = async (text: string) => {
    for (const report of form.encode(text)) await device.sendReport(form.reportId, report);
  };
  const { transport, receive, lost } = pipe({
    name: NAME,
    write: inOrder(writeAll, unplugged),
    async release() {
      device.removeEventListener('inputreport', hear);
      hid.removeEventListener('disconnect', leave);
      await device.close();
    },
  });
  device.addEventListener('inputreport', hear);
  hid.addEventListener('disconnect', leave);
  return transport;
}

/** A page writes reports by the ids of the descriptor, so it reaches no watch by HID: `openWebBluetooth` does. */
function formOfDevice({ collections }: WebHidDevice) {
  return collections
    .map(({ usagePage, usage }) => formOf(usagePage, usage))
    .find(form => form !== undefined && form.outputId === form.reportId);
}

function openFailure(cause: unknown): FobError {
  if (exceptionName(cause) === 'InvalidStateError') return hasItOpen(cause);
  return new FobError('port-failed', {
    sentence: 'The browser cannot open the HID device.',
    next: 'Check with passfob doctor that this user may open it, then try again.',
    cause,
  });
}
