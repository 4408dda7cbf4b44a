import type { UsbConfiguration, UsbEndpoint } from './descriptors.ts';
import type { FunctionPorts } from './function-ports.ts';
import { IncomingPipe } from './incoming-pipe.ts';
import { OutgoingPipe } from './outgoing-pipe.ts';
import { clearHalt, setControlLineState, setLineCoding } from './requests.ts';

const COMMUNICATIONS = 0x02;
const ABSTRACT_CONTROL = 0x02;
const CDC_DATA = 0x0a;

export interface SerialDriverOptions {
  /** Bytes a packet to the device at most; 64 by default, less if its endpoint takes less. */
  readonly packetBytes?: number;
  /** Whether full last packets are followed by one without bytes. Linux does not. Default false. */
  readonly endsWithShortPacket?: boolean;
  /** Whether a program opens the port as soon as it is there. Default true. */
  readonly isOpen?: boolean;
}

/**
 * The serial port that a computer makes of a device's CDC ACM function (CDC PSTN 1.2), with the program that has it
 * open. What the device sends while no program reads stays in the device: it gets no IN tokens, as on Linux.
 */
export class SerialDriver {
  readonly #options: SerialDriverOptions;
  #isOpen: boolean;
  #isHeld = false;
  #listeners: ((bytes: Uint8Array) => void)[] = [];
  #ports: FunctionPorts | undefined;
  #control = 0;
  #in: IncomingPipe | undefined;
  #out: OutgoingPipe | undefined;

  constructor(options: SerialDriverOptions = {}) {
    this.#options = options;
    this.#isOpen = options.isOpen ?? true;
  }

  /** Whether a device is there whose port is open. */
  get isConnected(): boolean {
    return this.#isOpen && this.#out !== undefined;
  }

  /** Bytes written that the device has not taken yet. */
  get pending(): number {
    return this.#out?.pending ?? 0;
  }

  /** Sends bytes to the device. Ignored while `isConnected` is false. */
  write(bytes: Uint8Array): void {
    if (this.#isOpen) this.#out?.write(bytes);
  }

  /** Listens to bytes of the device. Returns a function that stops listening. */
  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter(other => other !== listener);
    };
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#opened();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#out?.clear();
    this.#in?.want(false);
    this.#ports?.control(setControlLineState(this.#control, false));
  }

  /** Has the program stop reading, or go on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#in?.want(this.#isOpen && !isHeld);
  }

  /** Takes the device over, if it has the function. */
  bind(configuration: UsbConfiguration, ports: FunctionPorts): void {
    const { interfaces } = configuration;
    const control = interfaces.find(
      face => face.class === COMMUNICATIONS && face.subclass === ABSTRACT_CONTROL,
    );
    const data = interfaces.find(
      face => face.class === CDC_DATA && (!control || face.number > control.number),
    );
    const bulk = data?.endpoints.filter(({ kind }) => kind === 'bulk') ?? [];
    const input = bulk.find(({ address }) => address & 0x80);
    const output = bulk.find(({ address }) => !(address & 0x80));
    if (control === undefined || input === undefined || output === undefined) return;
    this.#control = control.number;
    this.#ports = ports;
    const status = control.endpoints.find(({ kind }) => kind === 'interrupt');
    const pipes = { input: this.#makeIn(input, ports), output: this.#makeOut(output, ports) };
    this.#in = pipes.input;
    this.#out = pipes.output;
    ports.schedule.add(pipes.input, pipes.output);
    if (status) ports.poll(status, () => {});
    if (this.#isOpen) this.#opened();
  }

  #makeIn({ address }: UsbEndpoint, ports: FunctionPorts): IncomingPipe {
    const pipe = new IncomingPipe({
      schedule: ports.schedule,
      address: ports.address,
      endpoint: address & 0x7f,
      next: isAfterData => ports.soon(isAfterData),
      onData: bytes => {
        if (bytes.length > 0) for (const listener of this.#listeners) listener(bytes);
      },
      onFailure: handshake => ports.fail(handshake, clearHalt(address), () => pipe.restart()),
    });
    return pipe;
  }

  #makeOut({ address, packetBytes }: UsbEndpoint, ports: FunctionPorts): OutgoingPipe {
    const pipe = new OutgoingPipe({
      schedule: ports.schedule,
      address: ports.address,
      endpoint: address,
      packetBytes: Math.max(1, Math.min(packetBytes, this.#options.packetBytes ?? packetBytes)),
      endsWithShortPacket: this.#options.endsWithShortPacket ?? false,
      next: isAfterData => ports.soon(isAfterData),
      onFailure: handshake => ports.fail(handshake, clearHalt(address), () => pipe.restart()),
    });
    return pipe;
  }

  #opened(): void {
    this.#ports?.control(setLineCoding(this.#control));
    this.#ports?.control(setControlLineState(this.#control, true));
    this.#in?.want(!this.#isHeld);
  }

  /** The device is gone, or gets a reset. */
  unbind(): void {
    this.#in = undefined;
    this.#out = undefined;
    this.#ports = undefined;
  }
}
