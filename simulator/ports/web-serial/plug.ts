import type { SimulatedFob } from '../../base/fob.ts';
import { USB_IDS } from '../usb-ids.ts';
import { type PortCalls, type PortFacts, portScript } from './in-page.ts';

/** A page, or a browser context with all of its pages: those of Playwright have both methods. */
export interface PageWithFunctions {
  exposeFunction(
    name: string,
    callback: (act: keyof PortCalls, ...values: never[]) => unknown,
  ): Promise<unknown>;
  addInitScript(script: { readonly content: string }): Promise<unknown>;
}

export interface WebSerialOptions {
  /** Whether the page was allowed to open the port before, so that `getPorts` has it. Default: no. */
  readonly isGranted?: boolean;
}

/** The port of a fob in a page. */
export interface PagePort {
  /** Whether the person chooses the port when the page asks; false: the person closes the list. */
  isChosen: boolean;
  /** Whether a page has it open. */
  readonly isOpen: boolean;
  /** Pulls the cable. The fob goes on with its battery. */
  unplug(): void;
  plugIn(): void;
}

/** Numbers given so far, in this process: to ports for their names, and to connections. */
let ports = 0;
let connections = 0;

/** The connection of the page that opened the port last, and what waits for it. */
class Connection {
  number = 0;
  #waiting: number[] = [];
  #reader: ((bytes: readonly number[] | undefined) => void) | undefined;

  /** Begins a connection, which ends the one before. @returns its number */
  begin(): number {
    this.end();
    this.#waiting = [];
    connections++;
    this.number = connections;
    return this.number;
  }

  end(): void {
    this.number = 0;
    this.#reader?.(undefined);
    this.#reader = undefined;
  }

  arrived(bytes: Uint8Array): void {
    if (this.number === 0) return;
    this.#waiting.push(...bytes);
    this.#give();
  }

  /** @returns the bytes that wait for this connection, or the next ones; undefined at its end */
  next(connection: number): Promise<readonly number[] | undefined> {
    if (connection !== this.number) return Promise.resolve(undefined);
    return new Promise(resolve => {
      this.#reader = resolve;
      if (this.#waiting.length > 0) this.#give();
    });
  }

  #give(): void {
    this.#reader?.(this.#waiting.splice(0));
    this.#reader = undefined;
  }
}

/**
 * Gives a page a serial port, in `navigator.serial`, at which this fob is plugged in: for tests with Playwright. Call it
 * before the page loads. The port belongs to the page that opened it last. Several fobs may be plugged into one page.
 * @throws TypeError for a board that has no serial port for frames
 */
export async function plugIntoPage(
  page: PageWithFunctions,
  fob: SimulatedFob,
  { isGranted = false }: WebSerialOptions = {},
): Promise<PagePort> {
  // The bench's port looks like that of an Espruino Pico.
  const ids = USB_IDS[fob.board === 'bench' ? 'pico' : fob.board];
  if (!ids || fob.board === 'pico-hid') {
    throw new TypeError(`the board ${fob.board} has no serial port for a page: use pico`);
  }
  ports++;
  const { vendorId: usbVendorId, productId: usbProductId } = ids;
  const facts: PortFacts = { usbVendorId, usbProductId, call: `passfobPort${ports}`, isGranted };
  const connection = new Connection();
  fob.link.onData(bytes => connection.arrived(bytes));
  let isPlugged = true;
  let isChosen = true;
  const watchers = new Set<(isPlugged: boolean) => void>();
  const move = (plugged: boolean) => {
    isPlugged = plugged;
    fob.setUsb(plugged);
    if (!plugged) connection.end();
    for (const tell of watchers) tell(plugged);
    watchers.clear();
  };
  const calls: PortCalls = {
    choose: async () => isChosen && isPlugged,
    open: async () => (isPlugged ? connection.begin() : 0),
    read: number => connection.next(number),
    write: async (number, bytes) => {
      if (number === connection.number) fob.link.write(Uint8Array.from(bytes));
    },
    close: async number => {
      if (number === connection.number) connection.end();
    },
    plugged: was =>
      new Promise(resolve => {
        if (was === isPlugged) watchers.add(resolve);
        else resolve(isPlugged);
      }),
  };
  await page.exposeFunction(facts.call, (act, ...values) => calls[act](...(values as [never, never])));
  await page.addInitScript({ content: portScript(facts) });
  return {
    get isChosen() {
      return isChosen;
    },
    set isChosen(chosen) {
      isChosen = chosen;
    },
    get isOpen() {
      return connection.number > 0;
    },
    unplug: () => move(false),
    plugIn: () => move(true),
  };
}
