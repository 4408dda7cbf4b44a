import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Factors } from '@passfob/service/base/kinds';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import type { Service, ServiceOptions } from '@passfob/service/service';
import type { Db } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { createApplication } from '@passfob/service/subjects/applications/acts';
import { createRadiusClient, type KeyedRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { beforeEach } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Rig, wrongCode } from '../kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { type Answer, makeRequest, type Request, readAnswer, type Sent } from './client.ts';

export const ACCEPT = 2;
export const REJECT = 3;
export const CHALLENGE = 11;
const HERE = '127.0.0.1';
const AGAIN_MS = 200;

/** A service with RADIUS, and a client at 127.0.0.1 for an application; everything goes when the scope ends. */
export class RadiusRig implements AsyncDisposable {
  readonly rig: Rig;
  readonly office: Office;
  readonly service: Service;
  readonly clientId: string;
  readonly applicationId: string;
  readonly secret: string;
  readonly #sockets: Socket[] = [];

  private constructor(
    parts: Pick<RadiusRig, 'rig' | 'office' | 'service' | 'clientId' | 'applicationId' | 'secret'>,
  ) {
    this.rig = parts.rig;
    this.office = parts.office;
    this.service = parts.service;
    this.clientId = parts.clientId;
    this.applicationId = parts.applicationId;
    this.secret = parts.secret;
  }

  static async open(factors: Factors = 'otp', options: Partial<ServiceOptions> = {}): Promise<RadiusRig> {
    const rig = new Rig();
    const service = await rig.start({ radius: [{ address: HERE, port: 0 }], ...options });
    const office = await Office.beside(rig);
    const { application } = accepted(
      await createApplication(office.management, grace, { name: 'vpn', factors }),
    );
    const given = { name: 'gate', address: HERE, applicationId: application.id };
    const made = accepted(await createRadiusClient(office.management, grace, given));
    const parts = { rig, office, service, clientId: made.client.id, applicationId: application.id };
    return new RadiusRig({ ...parts, secret: madeSecret(made) });
  }

  get port(): number {
    return this.service.radius[0]?.port ?? 0;
  }

  get nowMs(): number {
    return this.rig.clock.nowMs;
  }

  /** Opens a client's socket, which stores every datagram it receives. */
  async socket(port = this.port, host = HERE, secretText = this.secret): Promise<ClientSocket> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(0, host);
    await once(socket, 'listening');
    this.#sockets.push(socket);
    return new ClientSocket(socket, port, secretText, host);
  }

  /** Sends one request from a socket of its own, and returns its response. */
  async ask(request: Omit<Request, 'secret'>, port?: number): Promise<Answer> {
    return await (await this.socket(port)).ask(request);
  }

  /** Starts another node on the same database. @returns its RADIUS port */
  async otherNode(): Promise<number> {
    const { radius } = await this.rig.start({ radius: [{ address: HERE, port: 0 }] });
    return radius[0]?.port ?? 0;
  }

  /**
   * Tells whether a request gets no response: a later Status-Server is answered, and nothing else arrives for a
   * while.
   */
  async isDropped(bytes: Uint8Array): Promise<boolean> {
    const socket = await this.socket();
    await socket.send(bytes);
    await socket.ask({ code: 12, identifier: 200 });
    await socket.ask({ identifier: 201, user: 'nobody', password: '000000' });
    return socket.received.length === 2;
  }

  /** Returns the service's counts of RADIUS packets by result. */
  async fates(): Promise<Record<string, number>> {
    const name = `metrics ${randomUUID()}`;
    const { value } = accepted(await createApiKey(this.office.management, grace, { name, role: 'auditor' }));
    const response = await fetch(`${this.service.url}/metrics`, {
      headers: { authorization: `Bearer ${secret(value)}` },
    });
    const lines = (await response.text()).matchAll(/passfob_radius_packets_total\{fate="(\w+)"\} (\d+)/g);
    return Object.fromEntries([...lines].map(([, fate, count]) => [fate, Number(count)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.office[Symbol.asyncDispose]();
    await this.rig[Symbol.asyncDispose]();
  }
}

/** Returns a passcode that no step considered by RADIUS has, not even those that ask for the next passcode. */
export function wrongCodeAround(token: NewToken, nowMs: number): string {
  return wrongCode(token, nowMs, 0, tokenLimits.offAroundMs / ((token.period ?? 30) * 1000) + 1);
}

/** A RADIUS client that finds out whether a service accepts a secret. */
export class RadiusPort implements AsyncDisposable {
  readonly #port: number;
  readonly #socket = createSocket('udp4').bind(0, HERE);

  constructor({ radius: [endpoint] }: Service) {
    this.#port = endpoint?.port ?? 0;
  }

  /** Sends Status-Server until it is answered: nodes learn about clients within a second. */
  async isKnown(shared: string): Promise<void> {
    const client = new ClientSocket(this.#socket, this.#port, shared);
    const sent = makeRequest({ secret: shared, code: 12 });
    client.read(await client.insist(sent), sent);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }
}

/** Returns the shared secret that was generated for a client. */
export function madeSecret({ value }: KeyedRadiusClient): string {
  if (value === null) throw new Error('it was entered');
  return secret(value);
}

export class ClientSocket {
  readonly received: Buffer[] = [];
  readonly #socket: Socket;
  readonly #port: number;
  readonly #host: string;
  readonly #secret: string;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, port: number, secretText: string, host = HERE) {
    this.#socket = socket;
    this.#host = host;
    this.#port = port;
    this.#secret = secretText;
    socket.on('message', datagram => {
      this.received.push(datagram);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resume of waiting) resume();
    });
  }

  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#socket.send(bytes, this.#port, this.#host, error => (error === null ? resolve() : reject(error))),
    );
  }

  /** Waits until so many datagrams have arrived in all. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  async ask(request: Omit<Request, 'secret'>): Promise<Answer> {
    const sent = makeRequest({ ...request, secret: this.#secret });
    return this.read(await this.exchange(sent), sent);
  }

  /** Retransmits a packet until a response arrives, as clients do. */
  async insist(sent: Sent): Promise<Buffer> {
    const before = this.received.length;
    while (this.received.length === before) {
      await this.send(sent.bytes);
      await Promise.race([this.until(before + 1), wait(AGAIN_MS)]);
    }
    return this.received[before] ?? Buffer.alloc(0);
  }

  /** Sends a packet, and waits for the next datagram. */
  async exchange(sent: Sent): Promise<Buffer> {
    const before = this.received.length;
    await this.send(sent.bytes);
    await this.until(before + 1);
    return this.received[before] ?? Buffer.alloc(0);
  }

  read(answer: Buffer, sent: Sent): Answer {
    return readAnswer(answer, sent, this.#secret);
  }
}

/** Returns the value of a response's first attribute of a type. */
export function attributeOf({ attributes }: Answer, type: number): Buffer | undefined {
  const found = attributes.find(([one]) => one === type);
  return found && Buffer.from(found[1]);
}

/** The service of the present test, whose client's application asks for a passcode alone. */
export let rig: RadiusRig;
export let service: Service;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens it for each test of a file. */
export function openEachRig(): void {
  beforeEach(async () => {
    rig = await RadiusRig.open();
    ({ service, office } = rig);
    ({ management } = office);
    ({ db } = management);
    return () => rig[Symbol.asyncDispose]();
  });
}
