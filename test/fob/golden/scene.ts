import { memoryStore, type StateStore } from '@passfob/simulator';
import type { Request, SealedCommand } from 'passfob/client';
import { Owner } from '../conformance/owner.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226_KEY } from '../conformance/vectors.ts';

/** Public, so that the pairing code on its golden screen is no secret. */
const PUBLIC_BIRTH = Uint8Array.from({ length: 32 }, (_, i) => i);
export const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
/** The beginning of a step of 30 and of 60 seconds. */
const START_UTC = 1_800_000_000;

/** A fob with its owner, whose screens are the same in every run: fixed birth, seed, clock and account keys. */
export class Scene {
  readonly store: StateStore;
  readonly driver: SimulatorDriver;
  readonly owner: Owner;
  private readonly ended = new AbortController();

  constructor({
    birth = PUBLIC_BIRTH,
    store = memoryStore(),
  }: { birth?: Uint8Array; store?: StateStore } = {}) {
    this.store = store;
    this.driver = new SimulatorDriver({ storage: store, birth });
    this.owner = new Owner(this.driver);
  }

  static async owned(): Promise<Scene> {
    const scene = new Scene();
    await scene.owner.pair();
    return scene;
  }

  /** Returns an owned fob with the time set. */
  static async timed(): Promise<Scene> {
    const scene = await Scene.owned();
    await scene.owner.setClock(START_UTC);
    return scene;
  }

  /** Returns the fob of the same person after its memories have changed while it was off. */
  after(change: (store: StateStore) => StateStore): Scene {
    this.close();
    return new Scene({ store: change(this.store) });
  }

  hotp(account: Partial<Request<'put'>> = {}): Promise<Uint8Array> {
    return this.owner.put({ secret: RFC4226_KEY, ...account });
  }

  totp(account: Partial<Request<'put'>> = {}): Promise<Uint8Array> {
    return this.hotp({ kind: 2, period: 30, ...account });
  }

  named(issuer: string, label: string): Promise<Uint8Array> {
    return this.totp({ issuer: utf8(issuer), label: utf8(label) });
  }

  /** Shows the list, whatever stood before it. */
  async list(): Promise<Scene> {
    await this.owner.toList();
    return this;
  }

  async press(heldMs?: number): Promise<Scene> {
    await this.driver.press(heldMs);
    return this;
  }

  async wait(ms: number): Promise<Scene> {
    await this.driver.advance(ms);
    return this;
  }

  /** Waits until the display has this line. */
  async until(line: string): Promise<Scene> {
    const isThere = () => this.driver.fob.screen().text.includes(line);
    for (let moments = 0; moments < 2_000 && !isThere(); moments++) await this.wait(50);
    if (!isThere()) throw new Error(`the display never says ${line}`);
    return this;
  }

  /** Puts a question on the display. The owner repeats the request until the scene is closed. */
  async asked<N extends SealedCommand>(name: N, request: Request<N>): Promise<Scene> {
    await new Promise<void>((resolve, reject) => {
      const options = { onPressNeeded: resolve, signal: this.ended.signal };
      this.owner.client.call(name, request, options).catch(reject);
    });
    return this;
  }

  close(): void {
    this.ended.abort();
    this.driver.fob.close();
  }
}
