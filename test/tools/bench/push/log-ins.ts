import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Example } from '@passfob/demo/example/app';
import type { Db } from '@passfob/service/storage/database/database';
import type { Answered } from '../../../system/batch/kit/tray.ts';
import type { Noticed } from './agents.ts';

/** One log-in, with the moments of `process.hrtime` in milliseconds; NaN for moments that never came. */
export interface LogIn {
  readonly user: string;
  /** Autosend was pressed: the browser sends the form. */
  readonly sentMs: number;
  /** The fob showed the request and got the person's approval. */
  shownMs: number;
  answeredMs: number;
  presses: number;
  /** The agent was told that the service has the answer. */
  knownMs: number;
  /** The application got the service's acceptance. */
  takenMs: number;
  /** The page was told. */
  pageMs: number;
  /** The application's state of the browser. */
  state: string;
  /** The service's state of the request. */
  push: string;
}

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const HEADERS = 'undici:request:headers';

/** People who log in to the example application by push, and the time of each step. */
export class LogIns implements Disposable {
  readonly users: string[] = [];
  private readonly example: Example;
  private readonly db: Db;
  private readonly byAddress = new Map<string, string>();
  /** The last log-in of each user: no user has two at once. */
  private readonly running = new Map<string, LogIn>();
  private readonly done: LogIn[] = [];
  /** When the service accepted a push, by its id: seen at the application's HTTP client. */
  private readonly taken = new Map<string, number>();

  constructor(example: Example, db: Db) {
    this.example = example;
    this.db = db;
    subscribe(HEADERS, this.heard);
  }

  add(user: string, address: string): void {
    this.users.push(user);
    this.byAddress.set(address, user);
  }

  answered({ address, shownMs, answeredMs, presses }: Answered): void {
    Object.assign(this.ofAddress(address) ?? {}, { shownMs, answeredMs, presses });
  }

  noticed({ address, kind, atMs }: Noticed): void {
    const logIn = this.ofAddress(address);
    if (logIn !== undefined && kind === 'over') logIn.knownMs = atMs;
  }

  /** Sends the form as a browser does, and waits for the result on an event stream. */
  async logIn(user: string): Promise<void> {
    const [never, said] = [Number.NaN, { presses: 0, state: 'unsent', push: '' }];
    const atFob = { shownMs: never, answeredMs: never, knownMs: never };
    const logIn: LogIn = { user, sentMs: nowMs(), ...atFob, takenMs: never, pageMs: never, ...said };
    this.running.set(user, logIn);
    this.done.push(logIn);
    const form = new URLSearchParams({ user, passcode: '', by: 'push' });
    const sent = await this.send('POST', '/login', '', String(form));
    sent.resume();
    const cookie = sent.headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie === undefined) return;
    const stream = await this.send('GET', '/events', cookie);
    for await (const piece of stream) if (String(piece).includes('decided')) logIn.pageMs = nowMs();
    logIn.state = JSON.parse(await text(await this.send('GET', '/state', cookie))).state;
    (await this.send('POST', '/logout', cookie, '')).resume();
  }

  /** Returns all log-ins so far, with the data of the application's client, and forgets them. */
  async collect(): Promise<LogIn[]> {
    const rows = await this.db
      .selectFrom('pushes')
      .innerJoin('users', 'users.id', 'pushes.user_id')
      .select(['pushes.id', 'pushes.state', 'users.name'])
      .orderBy('pushes.created_ms')
      .execute();
    const left = new Map(this.users.map(user => [user, rows.filter(({ name }) => name === user)]));
    // The last log-ins of each user: earlier ones were collected before.
    for (const logIn of [...this.done].reverse()) {
      const row = logIn.state === 'unsent' ? undefined : left.get(logIn.user)?.pop();
      logIn.push = row?.state ?? 'none';
      logIn.takenMs = this.taken.get(row?.id ?? '') ?? Number.NaN;
    }
    return this.done.splice(0);
  }

  [Symbol.dispose](): void {
    unsubscribe(HEADERS, this.heard);
  }

  private readonly heard = (message: unknown): void => {
    const { request: sent, response } = message as {
      readonly request: { readonly path: string };
      readonly response: { readonly statusCode: number };
    };
    const [, id] = /^\/v1\/pushes\/([^/]+)\/take$/.exec(sent.path) ?? [];
    if (id !== undefined && response.statusCode === 200) this.taken.set(id, nowMs());
  };

  private ofAddress(address: string): LogIn | undefined {
    return this.running.get(this.byAddress.get(address) ?? '');
  }

  private async send(method: string, path: string, cookie: string, body?: string): Promise<IncomingMessage> {
    const { url } = this.example;
    const sending = request(new URL(path, url), {
      method,
      headers: {
        origin: url,
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    sending.end(body);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    return response;
  }
}
