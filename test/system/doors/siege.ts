import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { Agent, request } from 'undici';
import { freePort } from '../../kit/free-port.ts';
import type { Target } from '../../service/flood/attacks.ts';
import { health, processorMs } from '../../service/flood/kit.ts';
import { add, apiKeyOf, codeAt, newToken, Rig } from '../../service/kit.ts';
import { Premises, type Serving } from '../../service/serve/kit.ts';
import { root } from '../../tools/tidy/files.ts';

const HONEST = '127.0.0.9';
const LOOK_MS = 100;
const IDLE_LOOKS = 3;
const TICK_MS = 20;
/** Passcodes of one user: few, so that each log-in is of another user than those before it. */
const USERS = 20;

/** A service as a process that attackers and one honest application use; everything goes when the scope ends. */
export class Siege implements AsyncDisposable {
  readonly target: Target;
  readonly pid: number;
  readonly #serving: Serving;
  readonly #probe: string;
  readonly #apiKey: string;
  readonly #tokens: readonly NewToken[];
  readonly #counters: number[] = [];
  readonly #agent = new Agent({ connect: { localAddress: HONEST } });
  readonly #homes: readonly AsyncDisposable[];

  private constructor(parts: {
    readonly homes: readonly AsyncDisposable[];
    readonly target: Target;
    readonly serving: Serving;
    readonly probe: string;
    readonly apiKey: string;
    readonly tokens: readonly NewToken[];
  }) {
    this.#homes = parts.homes;
    this.target = parts.target;
    this.pid = parts.serving.pid;
    this.#serving = parts.serving;
    this.#probe = parts.probe;
    this.#apiKey = parts.apiKey;
    this.#tokens = parts.tokens;
  }

  /** @param heapMib the most that JavaScript may hold, as for a small computer */
  static async begin(heapMib: number): Promise<Siege> {
    const rig = new Rig();
    const service = await rig.start({ clock: Date.now });
    const tokens: NewToken[] = [];
    for (let user = 0; user < USERS; user++)
      tokens.push(await add(service, newToken({ kind: 'hotp', user: `user${user}`, serial: `FOB-${user}` })));
    const apiKey = apiKeyOf(service);
    const premises = new Premises(rig.directory);
    const probe = join(premises.folder, 'probe');
    const radiusPort = await freePort();
    const options = [
      `--max-old-space-size=${heapMib}`,
      `--import=${new URL('./probe.mjs', import.meta.url)}`,
    ];
    const environment = { DOORS_PROBE: probe, NODE_OPTIONS: options.join(' ') };
    const serving = await premises.serve(['--radius', `127.0.0.1:${radiusPort}`], environment);
    const files = readdirSync(join(root, 'service/dist/portal'));
    const asset = `/assets/portal/${files.find(name => name.endsWith('.wasm'))}`;
    const target = { url: serving.started.url, radiusPort, asset };
    return new Siege({ homes: [premises, rig], target, serving, probe, apiKey, tokens });
  }

  /** Rejects when the process ends. */
  async died(): Promise<never> {
    const { code, signal } = await this.#serving.ended;
    throw new Error(`the service ended: ${code ?? signal}`);
  }

  /** Waits until the process has worked off what it was sent: until several looks find it idle, and it answers. */
  async settled(): Promise<void> {
    for (let idle = 0, before = processorMs(this.pid); idle < IDLE_LOOKS; ) {
      await health(this.target.url);
      await wait(LOOK_MS);
      const now = processorMs(this.pid);
      // Answering takes a tick of the processor's clock.
      idle = now - before > TICK_MS ? 0 : idle + 1;
      before = now;
    }
  }

  /** Returns the bytes that the process holds after its garbage is collected. */
  async held(): Promise<number> {
    const lines = () => (existsSync(this.#probe) ? readFileSync(this.#probe, 'utf8').split('\n') : ['']);
    const { length } = lines();
    this.#serving.kill('SIGUSR2');
    while (lines().length === length) await wait(10);
    return Number(lines().at(-2));
  }

  /** Logs a user in from another address than the attackers', and tries the same passcode again. */
  async logIn(
    nth: number,
  ): Promise<{ readonly accepted: boolean; readonly again: boolean; readonly ms: number }> {
    const at = nth % USERS;
    const counter = this.#counters[at] ?? 0;
    this.#counters[at] = counter + 1;
    const token = this.#tokens[at] as NewToken;
    const body = JSON.stringify({ user: token.user, passcode: codeAt(token, counter) });
    const startMs = performance.now();
    const accepted = await this.#validate(body);
    const ms = performance.now() - startMs;
    return { accepted, again: await this.#validate(body), ms };
  }

  async #validate(body: string): Promise<boolean> {
    const answer = await request(`${this.target.url}/v1/validate`, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#apiKey}` },
      body,
    });
    const { accepted } = (await answer.body.json()) as { readonly accepted: boolean };
    return accepted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
    for (const home of this.#homes) await home[Symbol.asyncDispose]();
  }
}
