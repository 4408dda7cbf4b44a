/** Calls of a page to the fob at the other end, and their results. */
export interface PortCalls {
  /** Whether the person chooses this port in the browser's list. */
  choose(): Promise<boolean>;
  /** @returns the number of this connection; 0 if the port cannot be opened */
  open(): Promise<number>;
  /** @returns bytes, waiting for some; undefined once the connection has ended */
  read(connection: number): Promise<readonly number[] | undefined>;
  write(connection: number, bytes: readonly number[]): Promise<void>;
  close(connection: number): Promise<void>;
  /** @returns when the cable is pulled (false) or put back (true) after `isPlugged` was the last news */
  plugged(isPlugged: boolean): Promise<boolean>;
}

/** Facts about a port for its page. */
export interface PortFacts {
  /** Name of the function by which the page reaches the fob. */
  readonly call: string;
  readonly usbVendorId: number;
  readonly usbProductId: number;
  /** Whether the page was allowed to open it before. */
  readonly isGranted: boolean;
}

/** How a page calls the fob. A missing value is `null` on the other side. */
type Ask = (act: keyof PortCalls, ...values: readonly unknown[]) => Promise<never>;

interface EmulatedSerial extends EventTarget {
  addPort(port: EventTarget, isGranted: boolean, choose: () => Promise<boolean>): void;
}

interface EmulatedPort extends EventTarget {
  connected: boolean;
}

// The functions below run in the page, as text: they use nothing of this module but each other, by `portScript`.

/** Makes `navigator.serial` (WICG Web Serial, §3). */
function makeSerial(): EmulatedSerial {
  return new (class extends EventTarget {
    readonly #ports: { readonly port: EventTarget; isGranted: boolean; choose(): Promise<boolean> }[] = [];

    addPort(port: EventTarget, isGranted: boolean, choose: () => Promise<boolean>): void {
      this.#ports.push({ port, isGranted, choose });
    }

    async getPorts(): Promise<EventTarget[]> {
      return this.#ports.filter(one => one.isGranted).map(({ port }) => port);
    }

    async requestPort(): Promise<EventTarget> {
      for (const one of this.#ports) {
        if (!(await one.choose())) continue;
        one.isGranted = true;
        return one.port;
      }
      throw new DOMException('No port selected by the user.', 'NotFoundError');
    }
  })();
}

/** Makes one port (WICG Web Serial, §4). */
function makePort(ask: Ask, info: object): EmulatedPort {
  return new (class extends EventTarget {
    readable: ReadableStream<Uint8Array> | null = null;
    writable: WritableStream<Uint8Array> | null = null;
    connected = true;
    #connection = 0;
    #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

    getInfo = () => info;
    async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
      if (!(baudRate > 0)) throw new TypeError('baudRate is missing');
      if (this.readable) throw new DOMException('The port is already open.', 'InvalidStateError');
      const connection: number = await ask('open');
      if (connection === 0) throw new DOMException('Failed to open serial port.', 'NetworkError');
      this.#connection = connection;
      this.#begin(connection);
      this.writable = new WritableStream({ write: bytes => ask('write', connection, [...bytes]) });
      void this.#receive(connection);
    }

    /** A stream that was cancelled is replaced by a new one, as long as the port is open. */
    #begin(connection: number): void {
      if (this.#connection !== connection) return;
      this.readable = new ReadableStream({
        start: controller => {
          this.#controller = controller;
        },
        cancel: () => this.#begin(connection),
      });
    }

    async #receive(connection: number): Promise<void> {
      for (;;) {
        const bytes: readonly number[] | null | undefined = await ask('read', connection);
        if (this.#connection !== connection) return;
        if (!bytes) return this.#end()?.error(new DOMException('The device has been lost.', 'NetworkError'));
        this.#controller?.enqueue(Uint8Array.from(bytes));
      }
    }

    #end(): ReadableStreamDefaultController<Uint8Array> | undefined {
      const ending = this.#controller;
      this.#connection = 0;
      this.#controller = undefined;
      this.readable = null;
      this.writable = null;
      return ending;
    }

    setSignals = async () => {};

    async close(): Promise<void> {
      if (this.readable?.locked || this.writable?.locked) throw new TypeError('A stream is locked.');
      const connection = this.#connection;
      this.#end();
      await ask('close', connection);
    }
  })();
}

/** Adds a port to `navigator.serial`, and replaces the browser's own, so that a page sees no port of the computer. */
function addPort({ call, usbVendorId, usbProductId, isGranted }: PortFacts): void {
  const page = globalThis as unknown as {
    passfobSerial?: EmulatedSerial;
    readonly navigator: object;
    readonly [call: string]: unknown;
  };
  const ask: Ask = (...values) => (page[call] as Ask)(...values);
  if (page.passfobSerial === undefined) {
    page.passfobSerial = makeSerial();
    Object.defineProperty(page.navigator, 'serial', { value: page.passfobSerial, configurable: true });
  }
  const serial = page.passfobSerial;
  const port = makePort(ask, { usbVendorId, usbProductId });
  serial.addPort(port, isGranted, () => ask('choose'));
  const watchCable = async () => {
    for (;;) {
      port.connected = await ask('plugged', port.connected);
      const name = port.connected ? 'connect' : 'disconnect';
      for (const target of [port, serial]) target.dispatchEvent(new Event(name));
    }
  };
  // The page ends, or the test.
  watchCable().catch(() => undefined);
}

/** Returns the script that adds a port to a page. */
export function portScript(facts: PortFacts): string {
  const parts = [makeSerial, makePort, addPort].map(part => part.toString());
  return `(() => {\n${parts.join('\n')}\n${addPort.name}(${JSON.stringify(facts)});\n})();`;
}
