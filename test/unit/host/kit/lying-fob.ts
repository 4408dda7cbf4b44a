import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Commands } from '@passfob/firmware/core/commands';
import { vi } from 'vitest';
import type { CoreFob } from './core-fob.ts';

/** A window title, a new line, an 8-bit control sequence, right-to-left text, and characters that no font shows. */
export const HOSTILE = '\u001b]0;x\u0007\r\n\u009b2J\u202eten\u2066\u200b\u3164\u2028';

/** Changes every answer of the fob before it is sealed, until the test ends; its firmware is otherwise unchanged. */
export function lie(lies: {
  list?: { issuer?: string; label?: string; kind?: number; digits?: number; period?: number };
  code?: string;
  secondsLeft?: number;
  names?: string;
}): void {
  vi.restoreAllMocks();
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));
  const { hello, list, code, respond } = Commands.prototype;
  vi.spyOn(Commands.prototype, 'hello').mockImplementation(function (this: Commands) {
    const answer = hello.call(this);
    const { names } = lies;
    return names === undefined ? answer : { ...answer, board: bytes(names), firmware: bytes(names) };
  });
  vi.spyOn(Commands.prototype, 'list').mockImplementation(function (this: Commands, request) {
    const answer = list.call(this, request);
    if (typeof answer === 'number') return answer;
    const { issuer, label, ...numbers } = lies.list ?? {};
    return {
      ...answer,
      ...numbers,
      ...(issuer !== undefined && { issuer: bytes(issuer) }),
      ...(label !== undefined && { label: bytes(label) }),
    };
  });
  vi.spyOn(Commands.prototype, 'code').mockImplementation(function (this: Commands, request) {
    const { code: answer, secondsLeft = 30 } = lies;
    return answer === undefined
      ? code.call(this, request)
      : { code: Uint8Array.from(Buffer.from(answer, 'latin1')), counter: 1, secondsLeft };
  });
  vi.spyOn(Commands.prototype, 'respond').mockImplementation(function (this: Commands, request) {
    const { code: answer } = lies;
    return answer === undefined
      ? respond.call(this, request)
      : { code: Uint8Array.from(Buffer.from(answer, 'latin1')), counter: 1 };
  });
}

/**
 * Puts a fob at a TCP port of this machine.
 * @returns its address, and a function that removes it
 */
export async function onTcp(fob: CoreFob): Promise<{ address: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    const { transport } = fob.plugIn();
    transport.onText(text => void socket.write(text, 'latin1'));
    socket.on('data', chunk => void transport.send(chunk.toString('latin1')));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `tcp:127.0.0.1:${port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
