import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from './patience.ts';

/** An element of a page, as WebDriver BiDi refers to it. */
export interface BidiElement {
  readonly sharedId: string;
}

type Result = Readonly<Record<string, unknown>>;
type Action = Readonly<Record<string, unknown>>;

/** A value of a script, as far as these tests return any (WebDriver BiDi, `script.RemoteValue`). */
interface RemoteValue {
  readonly type: string;
  readonly value?: unknown;
  readonly sharedId?: string;
}

/** No network but this computer's, no update, no greeting: every other address goes to a proxy that is not there. */
const PREFERENCES: Readonly<Record<string, string | number | boolean>> = {
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.no_proxies_on': '127.0.0.1',
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.ipc.processCount': 1,
  'dom.ipc.processPrelaunch.enabled': false,
};

/**
 * Firefox without a window, driven by WebDriver BiDi: as much of the protocol as these tests need. Playwright drives only a
 * Firefox of its own.
 */
export class BidiFirefox {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: Result): void; reject(error: Error): void }>();
  #lastId = 0;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', data => this.#receive(JSON.parse(String(data))));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Firefox is gone'));
    });
  }

  /** Starts the program. @throws if it does not start in time */
  static async start(program: string): Promise<BidiFirefox> {
    const profile = mkdtempSync(join(tmpdir(), 'passfob-firefox-'));
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const args = ['--headless', '--remote-debugging-port=0', '--no-remote', '--profile', profile];
    const env = { ...process.env, MOZ_DISABLE_CONTENT_SANDBOX: '1', HOME: profile };
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
    try {
      const socket = new WebSocket(`${await addressOf(child)}/session`);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const firefox = new BidiFirefox(child, profile, socket);
      await firefox.send('session.new', { capabilities: {} });
      return firefox;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Sends a command. @throws the error of its answer */
  send(method: string, params: Readonly<Record<string, unknown>>): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #receive(message: { id?: number; type: string; result?: Result; error?: string; message?: string }): void {
    const waiting = this.#waiting.get(message.id ?? -1);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id ?? -1);
    if (message.type === 'success') waiting.resolve(message.result ?? {});
    else waiting.reject(new Error(`${message.error}: ${message.message}`));
  }

  /** Runs a function in every page and frame that is opened from now on, before its own scripts. */
  async preload(source: string): Promise<void> {
    await this.send('script.addPreloadScript', { functionDeclaration: source });
  }

  /** Opens a page in a new tab. @returns the context of the tab, and that of its first frame */
  async open(url: string): Promise<{ tab: string; frame: string }> {
    const { context: tab } = (await this.send('browsingContext.create', { type: 'tab' })) as {
      context: string;
    };
    await this.send('browsingContext.navigate', { context: tab, url, wait: 'complete' });
    const { contexts } = (await this.send('browsingContext.getTree', { root: tab })) as {
      contexts: readonly { children: readonly { context: string }[] }[];
    };
    const frame = contexts[0]?.children[0]?.context;
    if (frame === undefined) throw new Error(`the page at ${url} has no frame`);
    return { tab, frame };
  }

  close(tab: string): Promise<Result> {
    return this.send('browsingContext.close', { context: tab });
  }

  /**
   * Calls a function in a page.
   * @param source of the function, which returns a promise, a text, a number, a boolean, an element or nothing
   * @throws if it throws
   */
  async call(context: string, source: string, ...args: readonly string[]): Promise<unknown> {
    const answer = await this.send('script.callFunction', {
      functionDeclaration: source,
      awaitPromise: true,
      target: { context },
      arguments: args.map(value => ({ type: 'string', value })),
    });
    if (answer.type === 'exception')
      throw new Error(String((answer.exceptionDetails as { text?: string } | undefined)?.text));
    const { type, value, sharedId } = answer.result as RemoteValue;
    return type === 'node' ? { sharedId } : value;
  }

  /** Moves the pointer onto an element. */
  async hover(context: string, element: BidiElement): Promise<void> {
    const origin = { type: 'element', element: { sharedId: element.sharedId } };
    await this.#pointer(context, { type: 'pointerMove', x: 0, y: 0, origin });
  }

  async pointerDown(context: string): Promise<void> {
    await this.#pointer(context, { type: 'pointerDown', button: 0 });
  }

  async pointerUp(context: string): Promise<void> {
    await this.#pointer(context, { type: 'pointerUp', button: 0 });
  }

  /** Presses and releases keys, one after the other. */
  async type(context: string, text: string): Promise<void> {
    const actions = [...text].flatMap(value => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.send('input.performActions', { context, actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async #pointer(context: string, action: Action): Promise<void> {
    const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' } };
    await this.send('input.performActions', { context, actions: [{ ...mouse, actions: [action] }] });
  }

  /** Ends the program, and removes its profile. */
  async end(): Promise<void> {
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#socket.close();
    this.#process.kill('SIGTERM');
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(killer);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const timer = setTimeout(() => reject(new Error(`Firefox does not start: ${printed}`)), PATIENCE_MS);
    child.stderr?.on('data', chunk => {
      printed += chunk;
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(printed)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.once('exit', code => reject(new Error(`Firefox has ended (${code}): ${printed}`)));
  });
}
