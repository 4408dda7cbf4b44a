import type { Argv } from 'yargs';
import type { SimulatedFob } from '../../base/fob.ts';
import type { Front } from '../front.ts';
import { MAX_PORT } from '../limits.ts';
import { USB_BOARDS } from '../usb-ids.ts';
import { usbipFront } from './front.ts';
import { USBIP_PORT } from './limits.ts';
import { attach } from './vhci.ts';

export interface UsbIpEndpoint {
  readonly host: string;
  readonly port: number;
}

/** `PORT` or `HOST:PORT`, an IPv6 host in brackets. */
const ENDPOINT = /^(?:(?:\[([\da-f:.]+)\]|([^:[\]/]+)):)?(\d{1,5})$/i;

/** @throws Error with a message for the user */
function readEndpoint(text: string): UsbIpEndpoint {
  const [, v6, name, digits] = ENDPOINT.exec(text === '' ? String(USBIP_PORT) : text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > MAX_PORT) throw new Error('--usbip takes HOST:PORT, or PORT alone');
  return { host: v6 ?? name ?? '127.0.0.1', port };
}

/** Adds the options of this front. */
export function addUsbip<T>(parser: Argv<T>) {
  return parser
    .option('usbip', {
      string: true,
      coerce: (text: string | undefined) => (text === undefined ? undefined : readEndpoint(text)),
      describe: `USB device for a kernel to import from this HOST:PORT [127.0.0.1:${USBIP_PORT}]`,
    })
    .option('attach', {
      boolean: true,
      default: false,
      describe: 'with --usbip: plug it into the kernel of this machine (root, module vhci_hcd)',
    })
    .option('usb-break', {
      boolean: true,
      default: false,
      describe: 'with --usbip: the serial port knows SEND_BREAK, which an Espruino lacks',
    });
}

interface UsbipArguments {
  readonly usbip?: UsbIpEndpoint | undefined;
  readonly attach: boolean;
  readonly board: string;
  readonly pty?: unknown;
  readonly tcp?: unknown;
}

/** Returns a message for the user if these options contradict each other. */
export function checkUsbip({
  usbip,
  attach: isAttached,
  board,
  pty,
  tcp,
}: UsbipArguments): string | undefined {
  if (usbip === undefined) return isAttached ? '--attach needs --usbip' : undefined;
  if (!USB_BOARDS.includes(board))
    return `--usbip needs a board with USB: ${USB_BOARDS.map(name => `--board=${name}`).join(', ')}`;
  if (pty === undefined && tcp === undefined) return undefined;
  return 'the board has one USB cable: use --usbip without --pty and --tcp';
}

/** Opens the front. If requested, also plugs the device into this machine, now and whenever it is available again. */
export async function openUsbip(
  fob: SimulatedFob,
  endpoint: UsbIpEndpoint,
  options: { readonly attach: boolean; readonly usbBreak: boolean },
  lost: (why: string) => void,
): Promise<Front & { readonly address: string }> {
  const front = await usbipFront(fob, {
    ...endpoint,
    offersBreak: options.usbBreak,
    onAvailable: () => {
      if (options.attach) plugIn().catch((error: Error) => lost(error.message));
    },
  });
  const plugIn = () => attach(endpoint.host, front.port);
  try {
    if (options.attach) await plugIn();
  } catch (error) {
    await front.close();
    throw error;
  }
  const { host } = endpoint;
  return { ...front, address: `${host.includes(':') ? `[${host}]` : host}:${front.port}` };
}
