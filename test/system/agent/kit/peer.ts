import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { carrierDialect, type Dialect } from '@passfob/service/subjects/connections/dialect';
import { earlierAgentDialect } from '@passfob/service/subjects/connections/earlier';
import { bytesOf, fieldOf } from 'passfob/carrier/fields';
import { openingTranscript, type RelaySays, type ServiceSays } from 'passfob/carrier/messages';
import type { CarrierPoll } from 'passfob/carrier/polls';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Issued } from '../../../service/serve/certificates.ts';
import { until } from './time.ts';

type AgentSays = RelaySays<'agent' | 'care'>;
type ToAgent = ServiceSays<'agent' | 'care'>;

export interface PeerOptions {
  readonly tls?: Issued;
  /** Address by which agents reach it; default: its own address on loopback. */
  readonly origin?: string;
  /** Accepts WebSockets; false: refuses them. */
  readonly webSocket?: boolean;
  /** Accepts polls. */
  readonly polls?: boolean;
  readonly name?: string;
  /** Speaks as services before the carrier protocol do: has only their paths. */
  readonly isEarlier?: boolean;
}

/** One agent's connection, as the peer sees it. */
export class PeerConnection {
  readonly by: 'websocket' | 'polling';
  readonly messages: AgentSays[] = [];
  /** Texts that were no valid message. */
  readonly odd: string[] = [];
  isClosed = false;
  readonly say: (message: ToAgent | string) => void;
  readonly cut: () => void;

  constructor(by: 'websocket' | 'polling', say: (message: ToAgent | string) => void, cut: () => void) {
    this.by = by;
    this.say = say;
    this.cut = cut;
  }

  of<Type extends AgentSays['type']>(type: Type): Extract<AgentSays, { type: Type }>[] {
    return this.messages.filter(one => one.type === type) as Extract<AgentSays, { type: Type }>[];
  }

  /** The text that a fob has sent so far. */
  text(fob = 0): string {
    return this.of('bytes')
      .filter(one => one.fob === fob)
      .map(({ text }) => text)
      .join('');
  }
}

/** The other side of agents: speaks as a service does (docs/carrier.md), and behaves as a test tells it to. */
export class Peer implements AsyncDisposable {
  readonly connections: PeerConnection[] = [];
  /** Requested paths, in order. */
  readonly asked: string[] = [];
  webSocket: boolean;
  polls: boolean;
  /** Status of a refused upgrade and of a refused poll. */
  refuseWith = 403;
  /** Called with each message before it is answered; returns false to leave it unanswered. */
  onMessage: (connection: PeerConnection, message: AgentSays) => boolean = () => true;
  /** Called with each poll; returns false to lose its answer on the way. */
  onPoll: (poll: CarrierPoll) => boolean = () => true;
  key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ed25519');
  private readonly name: string;
  private readonly path: string;
  private readonly dialect: Dialect;
  private readonly options: PeerOptions;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly held = new Map<string, Polled>();

  private constructor(options: PeerOptions) {
    this.options = options;
    this.webSocket = options.webSocket ?? true;
    this.polls = options.polls ?? true;
    this.name = options.name ?? 'Tokens';
    this.path = options.isEarlier ? '/agent' : '/carrier';
    this.dialect = options.isEarlier ? earlierAgentDialect : carrierDialect;
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.answer(request, response);
    this.server =
      options.tls === undefined
        ? createServer(handle)
        : createTlsServer(
            { cert: readFileSync(options.tls.cert), key: readFileSync(options.tls.key) },
            handle,
          );
    this.server.on('connection', socket => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.server.on('tlsClientError', () => undefined);
    const webSockets = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.asked.push(`upgrade ${request.url}`);
      socket.on('error', () => undefined);
      if (!this.webSocket || request.url !== this.path)
        socket.end(
          `HTTP/1.1 ${request.url === this.path ? this.refuseWith : 404} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        );
      else webSockets.handleUpgrade(request, socket, head, opened => this.open(opened, socket));
    });
  }

  static async start(options: PeerOptions = {}): Promise<Peer> {
    const peer = new Peer(options);
    await new Promise<void>(resolve => peer.server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return (
      this.options.origin ?? `${this.options.tls === undefined ? 'http' : 'https'}://localhost:${this.port}`
    );
  }

  /** SHA-256 of the identity key, hexadecimal. */
  get fingerprint(): string {
    return fingerprintOf(this.key.publicKey);
  }

  /** Returns the nth connection from now on that has sent this message, or that exists. */
  async connection(at: number, type?: AgentSays['type']): Promise<PeerConnection> {
    await until(() => {
      const one = this.connections[at];
      return one !== undefined && (type === undefined || one.of(type).length > 0);
    }, `connection ${at} with ${type}`);
    return this.connections[at] as PeerConnection;
  }

  /** Forgets every polling agent, as a restarted service does. */
  forget(): void {
    const held = [...this.held.values()];
    this.held.clear();
    for (const polled of held) polled.wake();
  }

  /** Cuts every connection without a closing message. */
  cutAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const polled of this.held.values()) polled.wake();
    this.cutAll();
    await new Promise(resolve => this.server.close(resolve));
  }

  private open(opened: WebSocket, socket: Socket): void {
    const connection = new PeerConnection(
      'websocket',
      message => opened.send(typeof message === 'string' ? message : JSON.stringify(message)),
      () => socket.destroy(),
    );
    this.connections.push(connection);
    opened.on('error', () => undefined);
    opened.on('message', data => this.hear(connection, String(data)));
    opened.on('close', () => {
      connection.isClosed = true;
    });
  }

  /** Receives a text as if it had arrived now. */
  hear(connection: PeerConnection, text: string): void {
    const [first] = connection.messages;
    const purpose = first?.type === 'open' ? first.for : undefined;
    const message = this.dialect.read(text, purpose) as AgentSays | undefined;
    if (message === undefined) {
      connection.odd.push(text);
      return;
    }
    connection.messages.push(message);
    if (!this.onMessage(connection, message)) return;
    if (message.type === 'open') connection.say(this.identity(message.nonce));
    if (message.type === 'beat') connection.say({ type: 'beat' });
  }

  private identity(agentNonce: string): ToAgent {
    const nonce = new Uint8Array(randomBytes(32));
    const transcript = openingTranscript(
      bytesOf(agentNonce) ?? new Uint8Array(),
      nonce,
      this.origin,
      this.dialect.opened,
    );
    return {
      type: 'identity',
      key: rawOf(this.key.publicKey),
      nonce: fieldOf(nonce),
      signature: fieldOf(new Uint8Array(sign(null, transcript, this.key.privateKey))),
      name: this.name,
    };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/health') {
      response.end('{"status":"ok","version":"test"}');
      return;
    }
    const isPoll = request.url === `${this.path}/poll`;
    if (!isPoll || !this.polls) {
      response.writeHead(isPoll ? this.refuseWith : 404).end();
      return;
    }
    const poll = JSON.parse(Buffer.concat(chunks).toString()) as CarrierPoll;
    const polled = this.polled(poll.key);
    const isAnswered = this.onPoll(poll);
    if (polled === undefined) {
      response.writeHead(404).end();
      return;
    }
    await polled.take(poll, response);
    if (isAnswered) response.end(polled.answer());
    else response.destroy();
  }

  private polled(key: string): Polled | undefined {
    if (key !== '') return this.held.get(key);
    const polled: Polled = new Polled(connection => text => this.hear(connection, text));
    this.held.set(polled.key, polled);
    this.connections.push(polled.connection);
    return polled;
  }
}

/** An agent that polls. */
class Polled {
  readonly key = randomBytes(32).toString('base64url');
  readonly connection: PeerConnection;
  private readonly hear: (text: string) => void;
  private readonly waiting: string[] = [];
  private from = 0;
  private heard = 0;
  wake: () => void = () => undefined;

  constructor(hearer: (connection: PeerConnection) => (text: string) => void) {
    this.connection = new PeerConnection(
      'polling',
      message => {
        this.waiting.push(typeof message === 'string' ? message : JSON.stringify(message));
        this.wake();
      },
      () => this.wake(),
    );
    this.hear = hearer(this.connection);
  }

  /** Takes new messages, and resolves when there is something to send or another poll comes. */
  async take({ from, messages, taken }: CarrierPoll, response: ServerResponse): Promise<void> {
    for (const message of messages.slice(Math.max(0, this.heard - from))) {
      this.heard += 1;
      this.hear(JSON.stringify(message));
    }
    while (this.from < taken) {
      this.waiting.shift();
      this.from += 1;
    }
    this.wake();
    if (this.waiting.length > 0) return;
    await new Promise<void>(resolve => {
      this.wake = resolve;
      response.once('close', resolve);
    });
  }

  answer(): string {
    return `{"key":"${this.key}","taken":${this.heard},"from":${this.from},"messages":[${this.waiting.slice(0, 64).join(',')}]}`;
  }
}

const rawOf = (key: KeyObject): string => key.export({ format: 'jwk' }).x ?? '';

const fingerprintOf = (key: KeyObject): string => hash(Buffer.from(rawOf(key), 'base64url'));

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
