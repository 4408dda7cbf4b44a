import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A request from a webhook. */
export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A web server on loopback that keeps the posted requests and answers as told. */
export class HookReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
  /** No request is answered until this resolves. */
  held: Promise<void> | undefined;
  /** Accepts requests and sends no response. */
  isSilent = false;
  port = 0;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      await this.held;
      if (this.isSilent) return;
      response.writeHead(this.answer.status, this.answer.headers).end(this.answer.body ?? 'thanks');
    });
  });

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Closes all unanswered requests. */
  hangUp(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
}

/** A mail server on loopback that keeps the messages, and accepts one log-in if a password is given. */
export class MailReceiver implements AsyncDisposable {
  readonly messages: { from: string; to: string[]; raw: string }[] = [];
  /** The SMTP step that is refused, and the code of the refusal. */
  refusal: { readonly at: 'RCPT TO' | 'MAIL FROM' | 'DATA'; readonly code: number } | undefined;
  /** Awaited after a message has arrived, before it is confirmed. */
  beforeAnswer: () => Promise<void> = () => Promise.resolve();
  /** The RET parameter of the last message (RFC 3461). */
  returned = '';
  port = 0;
  readonly #server: SMTPServer;

  constructor(password?: string, tls?: { key: string; cert: string }) {
    this.#server = new SMTPServer({
      authOptional: password === undefined,
      ...(password === undefined ? { disabledCommands: ['AUTH'] } : {}),
      ...(tls === undefined ? { hideSTARTTLS: true } : tls),
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: 'ada' }) : done(new Error(`no: ${auth.password}`)),
      hideDSN: false,
      onMailFrom: (_address, _session, done) => done(this.#refused('MAIL FROM')),
      onRcptTo: (_address, _session, done) => done(this.#refused('RCPT TO')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', chunk => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const refused = this.#refused('DATA');
          if (refused !== undefined) return done(refused);
          this.returned = (session.envelope as { dsn?: { ret?: string | null } }).dsn?.ret ?? '';
          this.messages.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
          });
          void this.beforeAnswer().then(() => done());
        });
      },
    });
    this.#server.on('error', () => undefined);
  }

  #refused(at: 'RCPT TO' | 'MAIL FROM' | 'DATA'): Error | undefined {
    if (this.refusal?.at !== at) return undefined;
    return Object.assign(new Error('no, ada@example.test'), { responseCode: this.refusal.code });
  }

  async listen(): Promise<this> {
    const server = this.#server.listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }
}

/** A syslog server on loopback, over TCP, that keeps the data of each connection. */
export class SyslogReceiver implements AsyncDisposable {
  readonly messages: string[] = [];
  port = 0;
  readonly #server = createTcpServer(socket => {
    const chunks: Buffer[] = [];
    socket.on('data', chunk => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('end', () => {
      if (chunks.length > 0) this.messages.push(Buffer.concat(chunks).toString('utf8'));
    });
  });

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise(resolve => this.#server.close(resolve));
  }
}
