import type { Socket } from 'node:net';
import type { DeviceFacts } from './descriptors.ts';
import type { UsbDevice } from './device.ts';
import {
  BUS_ID_BYTES,
  COMMAND_BYTES,
  MAX_PENDING_TRANSFERS,
  MAX_TRANSFER_BYTES,
  MAX_UNREAD_ANSWER_BYTES,
  REQUEST_HEADER_BYTES,
  REQUEST_TIMEOUT_MS,
} from './limits.ts';
import type { Transfer } from './transfer.ts';
import {
  BUS_ID,
  importAnswer,
  listAnswer,
  REQ_DEVLIST,
  RESULT,
  readCommand,
  readRequest,
  readText,
  STATUS,
  type Submit,
  submitAnswer,
  type Unlink,
  unlinkAnswer,
} from './wire.ts';

/** The device for clients: absent if unplugged, and busy if a client has it. */
export interface Shelf {
  facts(): DeviceFacts | undefined;
  /** Plugs the device into this client, or returns undefined if another client has it. */
  take(): UsbDevice | undefined;
}

/**
 * The reading side of a client: yields the number of bytes it needs next, and returns when the conversation is over.
 */
type Conversation = Generator<number, void, Buffer>;

/** Serves one client until either side closes. */
export function serveClient(socket: Socket, shelf: Shelf): void {
  const timer = setTimeout(() => socket.destroy(), REQUEST_TIMEOUT_MS);
  socket.on('close', () => clearTimeout(timer));
  feed(
    socket,
    conversation(socket, shelf, () => clearTimeout(timer)),
  );
}

function* conversation(socket: Socket, shelf: Shelf, settled: () => void): Conversation {
  const request = readRequest(yield REQUEST_HEADER_BYTES);
  const facts = shelf.facts();
  if (request === REQ_DEVLIST) {
    socket.end(listAnswer(facts));
    return;
  }
  if (request === undefined) return;
  const busId = readText(yield BUS_ID_BYTES);
  const device = facts && busId === BUS_ID ? shelf.take() : undefined;
  if (!facts || !device) {
    const status = facts && busId === BUS_ID ? STATUS.busy : STATUS.noDevice;
    socket.end(importAnswer(status, facts as DeviceFacts));
    return;
  }
  settled();
  socket.write(importAnswer(STATUS.ok, facts));
  yield* transfers(socket, device);
}

/** Handles all transfers of a client that has the device. */
function* transfers(socket: Socket, device: UsbDevice): Conversation {
  const pending = new Map<number, Transfer>();
  for (;;) {
    const command = readCommand(yield COMMAND_BYTES);
    if (command?.kind === 'unlink') unlink(socket, device, pending, command);
    else if (command === undefined || command.length > MAX_TRANSFER_BYTES) return;
    else {
      const data = command.isIn ? Buffer.alloc(0) : yield command.length;
      if (pending.size >= MAX_PENDING_TRANSFERS || pending.has(command.id)) return;
      submit(socket, device, pending, command, data);
    }
  }
}

function submit(
  socket: Socket,
  device: UsbDevice,
  pending: Map<number, Transfer>,
  command: Submit,
  data: Buffer,
): void {
  const transfer: Transfer = {
    endpoint: command.endpoint,
    isIn: command.isIn,
    length: command.length,
    setup: command.setup,
    data,
    end(result, given = Buffer.alloc(0)) {
      pending.delete(command.id);
      const isShort = command.isIn && command.shortIsError && given.length < command.length;
      const told = result === RESULT.ok && isShort ? RESULT.short : result;
      socket.write(submitAnswer(command, told, given, data.length));
    },
  };
  pending.set(command.id, transfer);
  device.submit(transfer);
}

function unlink(socket: Socket, device: UsbDevice, pending: Map<number, Transfer>, command: Unlink): void {
  const transfer = pending.get(command.of);
  pending.delete(command.of);
  if (transfer) device.cancel(transfer);
  socket.write(unlinkAnswer(command, transfer ? RESULT.unlinked : RESULT.ok));
}

/** Passes the requested bytes to a conversation, and closes the connection when it has ended. */
function feed(socket: Socket, talk: Conversation): void {
  let kept: Buffer[] = [];
  let size = 0;
  let needed = talk.next();
  const advance = () => {
    if (needed.done || size < needed.value) return;
    let bytes = Buffer.concat(kept);
    while (!needed.done && bytes.length >= needed.value) {
      const { value } = needed;
      needed = talk.next(bytes.subarray(0, value));
      bytes = bytes.subarray(value);
    }
    kept = [bytes];
    size = bytes.length;
  };
  socket.on('data', (bytes: Buffer) => {
    if (needed.done) return;
    kept.push(bytes);
    size += bytes.length;
    advance();
    // After `end` the last answer is still on its way.
    if (needed.done && !socket.writableEnded) socket.destroy();
    else if (socket.writableLength > MAX_UNREAD_ANSWER_BYTES) {
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  });
}
