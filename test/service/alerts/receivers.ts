import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A request a webhook sent. */
export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A web server on loopback that keeps what is posted to it and answers as told. */
export class HookReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
  /** Takes requests and gives no answer. */
  isSilent = false;
  port = 0;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      if (this.isSilent) return;
      response.writeHead(this.answer.status, this.answer.headers).end(this.answer.body ?? 'thanks');
    });
  });

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Ends what it has not answered. */
  hangUp(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
}

/** A mail server on loopback that keeps the messages, and takes one log-in where a password is given. */
export class MailReceiver implements AsyncDisposable {
  readonly messages: { from: string; to: string[]; raw: string }[] = [];
  port = 0;
  readonly #server: SMTPServer;

  constructor(password?: string, tls?: { key: string; cert: string }) {
    this.#server = new SMTPServer({
      authOptional: password === undefined,
      ...(password === undefined ? { disabledCommands: ['AUTH'] } : {}),
      ...(tls === undefined ? { hideSTARTTLS: true } : tls),
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: 'ada' }) : done(new Error(`no: ${auth.password}`)),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', chunk => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.messages.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
          });
          done();
        });
      },
    });
    this.#server.on('error', () => undefined);
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
