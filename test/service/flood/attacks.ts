import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { agentLimits } from '@passfob/service/base/limits/agents';
import { radiusLimits } from '@passfob/service/base/limits/radius';
import { webLimits } from '@passfob/service/base/limits/web';
import { formHead, type RawConnection, raw } from './kit.ts';

/** A service under attack. */
export interface Target {
  readonly url: string;
  /** The UDP port of RADIUS. */
  readonly radiusPort: number;
  /** The address of its largest asset. */
  readonly asset: string;
}

/** One input of an attack, sent, and left unfinished or unread. */
export interface Input {
  /** The bytes that the service took, as far as this side knows. */
  readonly sent: number;
  readonly connection: RawConnection | undefined;
}

/** Sends the worst input for its size that a door takes, from an address. */
export type Attack = (target: Target, from: string) => Promise<Input>;

const CHUNK = Buffer.from('1\r\nx\r\n');
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Opens a connection that reads nothing, or everything, and sends bytes in pieces until the service ends it. */
async function sendAll(
  { url }: Target,
  from: string,
  bytes: Buffer,
  { isDeaf = false, pieceBytes = 65_536 } = {},
): Promise<Input> {
  const connection = await raw(url, from);
  if (isDeaf) connection.socket.pause();
  let sent = 0;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    if (!(await connection.send(piece))) break;
    sent += piece.length;
  }
  return { sent, connection };
}

export function requests(url: string, lines: readonly string[], count: number): Buffer {
  const { host } = new URL(url);
  return Buffer.from(`${[lines[0], `host: ${host}`, ...lines.slice(1)].join('\r\n')}\r\n\r\n`.repeat(count));
}

/** Returns the head of a request whose body comes in chunks. */
export function chunkedHead(url: string, path: string, type: string): string {
  return formHead(url, path, type, 0).replace('content-length: 0', 'transfer-encoding: chunked');
}

/** Sends a body of so many one-byte chunks, without its end. */
function chunkedBody(path: string, type: string, bytes: number): Attack {
  return (target, from) => {
    const head = Buffer.from(chunkedHead(target.url, path, type));
    return sendAll(target, from, Buffer.concat([head, Buffer.alloc(bytes * CHUNK.length, CHUNK)]));
  };
}

/** A masked frame (RFC 6455 §5.2) with a mask of zeros. */
export function frame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const { length } = payload;
  const long = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode, ...long, 0, 0, 0, 0]), payload]);
}

/** Opens a WebSocket by hand. */
export async function rawSocket(url: string, path: string, from: string): Promise<RawConnection> {
  const connection = await raw(url, from);
  const fields = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'];
  const key = `sec-websocket-key: ${randomBytes(16).toString('base64')}`;
  await connection.send(requests(url, [`GET ${path} HTTP/1.1`, ...fields, key], 1));
  await connection.answered();
  return connection;
}

function socketInput(path: string, bytes: () => Buffer, pieceBytes = 65_536): Attack {
  return async ({ url }, from) => {
    const connection = await rawSocket(url, path, from);
    const all = bytes();
    let sent = 0;
    for (let at = 0; at < all.length; at += pieceBytes) {
      if (!(await connection.send(all.subarray(at, at + pieceBytes)))) break;
      sent += pieceBytes;
    }
    return { sent, connection };
  };
}

const FRAGMENTS = 12_000;
const ONE = Buffer.from('x');
export const RELAY_OPEN = Buffer.from(JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(43) }));
export const OPEN = Buffer.from(
  JSON.stringify({ type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) }),
);

/** A message of one-byte fragments that does not end. */
export function fragments(count = FRAGMENTS): Buffer {
  const more = frame(0, ONE, false);
  return Buffer.concat([frame(1, ONE, false), Buffer.alloc(count * more.length, more)]);
}

/** The deepest JSON of a size: each byte an array. */
function deepJson(bytes: number): Buffer {
  return Buffer.from('['.repeat(bytes / 2) + ']'.repeat(bytes / 2));
}

function wholeBody(path: string, type: string, body: Buffer): Attack {
  return (target, from) => {
    const head = Buffer.from(formHead(target.url, path, type, body.length));
    return sendAll(target, from, Buffer.concat([head, body]));
  };
}

/** Datagrams from an address that is no RADIUS client. */
const datagrams: Attack = async ({ radiusPort }, from) => {
  const socket = createSocket('udp4');
  await new Promise<void>(resolve => socket.bind(0, from, resolve));
  const packet = Buffer.alloc(radiusLimits.radiusPacketMax);
  packet.writeUInt16BE(0x0100);
  packet.writeUInt16BE(packet.length, 2);
  for (let at = radiusLimits.radiusPacketMin; at + 2 <= packet.length; at += 2) packet.set([79, 2], at);
  for (let count = 0; count < 16; count++)
    await new Promise(resolve => socket.send(packet, radiusPort, '127.0.0.1', resolve));
  socket.close();
  return { sent: 16 * packet.length, connection: undefined };
};

const pipelined = (more: (url: string) => Buffer): Attack => {
  return (target, from) => {
    const first = requests(target.url, [`GET ${target.asset} HTTP/1.1`], webLimits.pipelinedMax - 4);
    return sendAll(target, from, Buffer.concat([first, more(target.url)]), { isDeaf: true });
  };
};

/** The worst inputs of each door of the service that is driven, by the door's name. */
export const attacks: Readonly<Record<string, Readonly<Record<string, Attack>>>> = {
  'connections and TLS handshakes': { nothing: (target, from) => sendAll(target, from, Buffer.alloc(0)) },
  headers: {
    'very many short ones': (target, from) => {
      const count = (webLimits.headersMaxBytes - 64) / 4;
      return sendAll(target, from, Buffer.from(`GET / HTTP/1.1\r\n${'a:\r\n'.repeat(count)}`));
    },
  },
  'pipelined requests and unread answers': {
    'of an asset': (target, from) =>
      sendAll(target, from, requests(target.url, [`GET ${target.asset} HTTP/1.1`], 802), { isDeaf: true }),
    'a few of an asset': pipelined(() => Buffer.alloc(0)),
    'that Node refuses': pipelined(() => Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(3_500))),
    'that expect something': pipelined(url => requests(url, ['GET / HTTP/1.1', 'expect: x'], 1_300)),
    'behind a poll': async (target, from) => {
      const body = JSON.stringify({ key: '', from: 0, taken: 0, messages: [] });
      const poll = Buffer.from(formHead(target.url, '/carrier/poll', JSON_TYPE, body.length) + body);
      const rest = requests(target.url, [`GET ${target.asset} HTTP/1.1`], 802);
      return await sendAll(target, from, Buffer.concat([poll, rest]), { isDeaf: true });
    },
  },
  forms: {
    'many fields': wholeBody(
      '/login',
      FORM_TYPE,
      Buffer.from('a=&'.repeat(webLimits.formFieldsMax - 1).padEnd(webLimits.bodyMaxBytes, '%41')),
    ),
    'in small chunks': chunkedBody('/login', FORM_TYPE, webLimits.bodyMaxBytes),
  },
  'polls of agents': {
    'in small chunks': chunkedBody('/carrier/poll', JSON_TYPE, agentLimits.agentPollBodyMaxBytes),
    'deep JSON': wholeBody('/carrier/poll', JSON_TYPE, deepJson(agentLimits.agentPollBodyMaxBytes)),
  },
  'bodies of sessions and API keys': {
    'in small chunks': chunkedBody('/v1/imports', JSON_TYPE, 10_000),
    'to nowhere': chunkedBody('/nowhere', JSON_TYPE, 10_000),
  },
  'WebSocket frames': {
    fragments: socketInput('/carrier', () => fragments()),
    'few fragments': socketInput('/carrier', () => fragments(agentLimits.fragmentsMax - 2)),
    'one byte at a time': socketInput('/relay', () => fragments(agentLimits.fragmentsMax - 2), 1),
    pings: socketInput('/agent', () => Buffer.alloc(10_000 * 6, frame(9, Buffer.alloc(0)))),
  },
  'agents’ messages': {
    none: socketInput('/carrier', () => Buffer.alloc(0)),
    beats: socketInput('/carrier', () => {
      const beat = frame(1, Buffer.from('{"type":"beat"}'));
      return Buffer.concat([frame(1, OPEN), Buffer.alloc(900 * beat.length, beat)]);
    }),
  },
  'relays’ messages': { 'without a code': socketInput('/relay', () => frame(1, RELAY_OPEN)) },
  'RADIUS datagrams': { 'of unknown clients': datagrams },
};
