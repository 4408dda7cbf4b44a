import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const DEVICE = 0x00010001;
const IMPORT_BYTES = 320;
const HEADER_BYTES = 48;

export interface Result {
  readonly status: number;
  readonly length: number;
  readonly data: Buffer;
}

/** One transfer under way. */
export interface Urb {
  readonly id: number;
  readonly isIn: boolean;
  readonly done: Promise<Result>;
}

/** A minimal USB/IP client: does by hand the work of a kernel. */
export class UsbipClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly waiting = new Map<number, { isIn: boolean; end: (result: Result) => void }>();
  private nextId = 1;
  private wake = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('close', () => this.wake());
    socket.on('data', chunk => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.wake();
    });
  }

  static async connect(port: number): Promise<UsbipClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const client = new UsbipClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Returns the first so many received bytes, or fewer where the server has closed. */
  async read(count: number): Promise<Buffer> {
    while (this.bytes.length < count && !this.socket.destroyed && !this.socket.readableEnded) {
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    }
    const read = this.bytes.subarray(0, count);
    this.bytes = this.bytes.subarray(read.length);
    return read;
  }

  /** Returns the list of devices as it comes. */
  async list(): Promise<Buffer> {
    this.socket.write(Buffer.from('0111800500000000', 'hex'));
    await this.closed;
    return this.read(this.bytes.length);
  }

  /** @returns the status of the answer: 0 where the client has the device now */
  async import(busId = '1-1'): Promise<number> {
    const name = Buffer.alloc(32);
    name.write(busId);
    this.socket.write(Buffer.concat([Buffer.from('0111800300000000', 'hex'), name]));
    const status = (await this.read(8)).readUInt32BE(4);
    if (status === 0) {
      await this.read(IMPORT_BYTES - 8);
      void this.listen();
    }
    return status;
  }

  private async listen(): Promise<void> {
    for (;;) {
      const header = await this.read(HEADER_BYTES);
      if (header.length < HEADER_BYTES) return;
      const id = header.readUInt32BE(4);
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      const length = header.readInt32BE(24);
      const isUnlink = header.readUInt32BE(0) === 4;
      const data = asked?.isIn && !isUnlink ? await this.read(length) : Buffer.alloc(0);
      asked?.end({ status: header.readInt32BE(20), length, data });
    }
  }

  private command(command: number, direction: number, endpoint: number): { bytes: Buffer; id: number } {
    const bytes = Buffer.alloc(HEADER_BYTES);
    const id = this.nextId++;
    [command, id, DEVICE, direction, endpoint].forEach((value, index) => {
      bytes.writeUInt32BE(value, 4 * index);
    });
    return { bytes, id };
  }

  private sent(bytes: Buffer, id: number, isIn: boolean): Urb {
    const done = new Promise<Result>(end => this.waiting.set(id, { isIn, end }));
    this.socket.write(bytes);
    return { id, isIn, done };
  }

  in(endpoint: number, length: number, setup: Buffer = Buffer.alloc(8), flags = 0): Urb {
    const { bytes, id } = this.command(1, 1, endpoint);
    bytes.writeUInt32BE(flags, 20);
    bytes.writeUInt32BE(length, 24);
    setup.copy(bytes, 40);
    return this.sent(bytes, id, true);
  }

  out(endpoint: number, data: Uint8Array, setup: Buffer = Buffer.alloc(8)): Urb {
    const { bytes, id } = this.command(1, 0, endpoint);
    bytes.writeUInt32BE(data.length, 24);
    setup.copy(bytes, 40);
    return this.sent(Buffer.concat([bytes, data]), id, false);
  }

  /** @returns the status: -104 where the transfer had not ended */
  async unlink({ id: of }: Urb): Promise<number> {
    const { bytes, id } = this.command(2, 0, 0);
    bytes.writeUInt32BE(of, 20);
    return (await this.sent(bytes, id, false).done).status;
  }

  /** Sends a control request that reads; bmRequestType and bRequest in one. */
  get(request: number, value = 0, index = 0, length = 255): Promise<Result> {
    return this.in(0, length, setup(request, value, index, length)).done;
  }

  /** Sends a control request that writes. */
  set(request: number, value = 0, index = 0, data: Buffer = Buffer.alloc(0)): Promise<Result> {
    return this.out(0, data, setup(request, value, index, data.length)).done;
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

function setup(request: number, value: number, index: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(request, 0);
  [value, index, length].forEach((word, at) => {
    bytes.writeUInt16LE(word, 2 + 2 * at);
  });
  return bytes;
}
