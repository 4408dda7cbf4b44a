import { Reader, Writer } from '@passfob/protocol/bytes';
import { dispatch } from '@passfob/protocol/dispatch';
import {
  Deframer,
  decodeFrame,
  encodeClear,
  encodeFrame,
  FRAME_REQUEST,
  FRAME_RESPONSE,
  FRAME_SEALED_REQUEST,
  FRAME_SEALED_RESPONSE,
} from '@passfob/protocol/frame';
import { COUNTER_BYTES, PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { REFUSED_NO_SESSION } from '@passfob/protocol/refusals';
import type { Session } from '@passfob/protocol/session';
import { Accounts } from './accounts.ts';
import { home } from './acts.ts';
import { DATA_KEY_BYTES } from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import * as texts from './base/texts.ts';
import { Commands } from './commands.ts';
import { doDue, keyMoved } from './input.ts';
import { Lock } from './lock.ts';
import { Person } from './person.ts';
import { Pool } from './pool.ts';
import { draw } from './screens/screen.ts';
import { VIEW } from './screens/views.ts';
import { current, prepare, showForGood } from './shows.ts';
import { Timekeeper } from './timekeeper.ts';
import { VAULT_OWNED, VAULT_SILENT, Vault } from './vault/vault.ts';

/**
 * The token, without the board: three inputs, each with its time, and effects through the ports. It never reads a
 * clock, sets a timer or waits.
 */
export class Fob {
  private readonly ports: Ports;
  private readonly now: Now;
  private readonly pool: Pool;
  declare private vault: Vault;
  declare private timekeeper: Timekeeper;
  declare private person: Person;
  declare private commands: Commands;
  private readonly deframer: Deframer;
  private readonly out: Writer;
  /**
   * Nothing is due before this time, according to the last call of `deadline` since the last input; 0 without such a
   * call.
   */
  private due: number;
  /**
   * The last sealed request as received, its session, and its answer: a retry gets the same answer and is never
   * executed again. The answer is empty until it could be sealed; `out` has it meanwhile.
   */
  private answered: string;
  private answeredIn: Session | undefined;
  private answer: string;

  constructor(ports: Ports, ms: number, utc: number) {
    this.ports = ports;
    this.now = { ms, utc };
    this.pool = new Pool(ports.primitives, ports.entropy, this.now);
    const birth = ports.keystore.birth();
    if (birth) this.pool.seed(birth);
    this.deframer = new Deframer();
    this.out = new Writer(PAYLOAD_BYTES_MAX);
    this.answered = '';
    this.answeredIn = undefined;
    this.answer = '';
    this.due = 0;
    this.start(utc);
  }

  /** Opens the vault and makes everything that stands on it: at boot, and again once a silent memory answers. */
  private start(utc: number): void {
    const ports = this.ports;
    const pool = this.pool;
    const now = this.now;
    const vault = new Vault(ports);
    this.vault = vault;
    const keystore = ports.keystore;
    const secrets = keystore.load();
    if (secrets) {
      pool.seed(secrets);
      // Secrets written at flashing: make their vault.
      if (keystore.given && vault.state <= VAULT_OWNED) {
        if (vault.state || vault.begin(secrets, pool.draw(DATA_KEY_BYTES))) keystore.take();
      }
    }
    const accounts = new Accounts(ports.primitives, vault);
    const timekeeper = new Timekeeper(vault, ports, now);
    this.timekeeper = timekeeper;
    now.utc = timekeeper.correct(utc);
    const lock = new Lock(vault, accounts, ports.attemptCounter, now);
    const parts = { ports, vault, lock, accounts, timekeeper, pool, now };
    const person = new Person(parts);
    this.person = person;
    ports.display.light(vault.policy.light);
    home(person);
    this.commands = new Commands(parts, person);
    if (person.dirty) this.refresh();
  }

  /** Takes bytes from the host, in chunks of any size. */
  receive(chunk: string, ms: number, utc: number): void {
    this.tick(ms, utc);
    this.deframer.receive(chunk, text => this.frame(text));
    doDue(this.person);
    if (this.person.dirty) this.refresh();
  }

  /**
   * Takes a debounced key going down or up.
   * @param which 0 the main key; 1 next, 2 previous, 3 back, on boards that have them
   */
  key(which: number, down: boolean, ms: number, utc: number): void {
    const person = this.person;
    // Events that were due before the key run before it.
    if (ms >= this.due) this.tick(ms, utc);
    else this.advance(ms, utc);
    keyMoved(person, which, down);
    if (person.dirty) this.refresh();
  }

  private advance(ms: number, utc: number): void {
    const now = this.now;
    const time = this.timekeeper;
    now.ms = ms;
    now.utc = time.exact ? utc : time.correct(utc);
    this.due = 0;
  }

  /** Passes the time, and does the work that is due. */
  tick(ms: number, utc: number): void {
    const now = this.now;
    now.ms = ms;
    if (this.vault.state === VAULT_SILENT && this.ports.storage.read(0, 1)) this.start(utc);
    const time = this.timekeeper;
    const person = this.person;
    const due = this.due;
    // Inlined from `advance` to save the call: a person may be waiting for a passcode.
    now.utc = time.exact ? utc : time.correct(utc);
    this.due = 0;
    if (ms >= due) doDue(person);
    if (person.dirty) this.refresh();
  }

  /** Time of the next required `tick`, in the milliseconds of the inputs; `NEVER` if none is required. */
  get deadline(): number {
    const person = this.person;
    const due = person.deadline;
    // A passcode must belong to the second in which a key requests it.
    this.due = person.period ? 0 : due;
    return due;
  }

  /** Reports an internal error on the screen. The board then restarts at a press. */
  fault(): void {
    showForGood(this.person, texts.FAULT);
    draw(current(this.person), this.ports.display);
  }

  private refresh(): void {
    const person = this.person;
    // A picture that did not arrive is drawn again, unless nothing is to be seen.
    if (!draw(current(person), this.ports.display)) person.dirty = person.kind !== VIEW.off;
    // Work that can wait until the screen is drawn.
    if (person.kind === VIEW.list) prepare(person);
    else this.pool.settle();
  }

  private frame(text: string): void {
    try {
      const payload = decodeFrame(this.ports.primitives, text);
      if (!payload) return;
      if (payload[0] === FRAME_REQUEST) this.clear(payload);
      else if (payload[0] === FRAME_SEALED_REQUEST) this.sealed(payload, text);
    } catch {
      // A native call had no memory for its result. This counts as a frame, or an answer, that was lost: the host sends
      // the request again. Commands themselves end in `dispatch`.
    }
  }

  private clear(payload: Uint8Array): void {
    // An answer that is not sealed yet would be overwritten.
    if (this.answer === '') this.answered = '';
    const request = new Reader(payload, 1);
    const out = this.out.reset().byte(FRAME_RESPONSE).byte(request.number(1));
    dispatch(this.commands, 0, request, out);
    this.ports.link.send(encodeClear(this.ports.primitives, out));
  }

  private sealed(payload: Uint8Array, text: string): void {
    const session = this.commands.session;
    // The answer to a request that ended its session (erase, adopt) is repeated until another session begins.
    const isRetry = text === this.answered && (!session || session === this.answeredIn);
    const request = session && !isRetry ? session.open(payload) : undefined;
    if (session && request) {
      const out = this.out.reset().byte(FRAME_SEALED_RESPONSE);
      dispatch(this.commands, 1, request, out);
      this.answered = text;
      this.answeredIn = session;
      this.answer = '';
    }
    if (isRetry || request) {
      const sealing = this.answeredIn as Session;
      if (this.answer === '') {
        const counter = new Reader(payload, 1).number(COUNTER_BYTES);
        this.answer = encodeFrame(this.ports.primitives, sealing.seal(counter, this.out.done()));
      }
      this.ports.link.send(this.answer);
    } else if (!session) {
      const out = this.out.reset().byte(FRAME_RESPONSE).number(0, 2).byte(REFUSED_NO_SESSION);
      this.ports.link.send(encodeClear(this.ports.primitives, out));
    }
  }
}
