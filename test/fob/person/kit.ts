import { randomBytes } from 'node:crypto';
import type { BoardFacts, Ports } from '@passfob/firmware/core/base/ports';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { type Client, connect, pairingCode, pairingKey, type Request } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { OCRA } from '../conformance/owner.ts';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));

export const START_UTC = 1_800_000_000;

/** Longer than the shortest hold, shorter than a hold that approves. */
export const HOLD_MS = 650;

/** Returns a kit fob's facts with another number of keys. */
export const withKeys = (keys: number): Partial<Ports> => {
  const facts: BoardFacts = {
    board: 'core',
    firmware: 'test',
    serial: new Uint8Array(randomBytes(5)),
    algorithms: 0b1110,
    keys,
    clockPpm: 2,
  };
  return { facts };
};

type Act = (hand: Hand, words: string) => void;

const pressUntil = ({ fob }: Hand, isThere: () => boolean) => {
  for (let presses = 0; presses < 9 && !isThere(); presses++) fob.press();
};
const numbers = (words: string) => words.split(' ').map(Number);

/** Statements of a script, with what is behind their first word. */
const ACTS: Readonly<Record<string, Act>> = {
  press: ({ fob }, words) => fob.press(...(words === '' ? [] : numbers(words))),
  hold: ({ fob }) => fob.press(HOLD_MS),
  down: ({ fob }) => fob.key(true),
  up: ({ fob }) => fob.key(false),
  wait: ({ fob }, ms) => fob.run(Number(ms)),
  busy: ({ fob }, ms) => fob.beBusy(Number(ms)),
  reboot: ({ fob }) => fob.reboot(),
  enter: (hand, digits) => hand.enter(digits),
  take: (hand, symbols) => hand.take(symbols.split(' ')),
  list: hand => hand.toList(),
  wake: ({ fob }) => fob.screen.join('') === '' && fob.press(),
  find: (hand, words) => pressUntil(hand, () => hand.says(words)),
  turn: (hand, title) => {
    pressUntil(hand, () => hand.fob.screen[0] === title);
    expect(hand.fob.screen[0]).toBe(title);
  },
  says: ({ fob }, words) => expect(fob.screen.join(' ')).toContain(words),
  lacks: ({ fob }, words) => expect(fob.screen.join(' ')).not.toContain(words),
  title: ({ fob }, words) => expect(fob.screen[0]).toBe(words),
  hint: ({ fob }, words) => expect(fob.screen.at(-1)).toBe(words),
  dark: ({ fob }) => expect(fob.screen.join('')).toBe(''),
  ticks: ({ fob }, ms) => expect(fob.deadlineMs).toBe(Number(ms)),
  /** A passcode on the screen: this one, `any` or `none`. */
  code: ({ shown }, code) => expect(shown).toMatch({ any: /^\d{6}$/, none: /^$/ }[code] ?? code),
};

/** Options of a call by which the person acts once, when the computer first waits for a press. */
export function onceAsked(act: () => void) {
  let isAsked = false;
  return {
    onPressNeeded() {
      if (isAsked) return;
      isAsked = true;
      act();
    },
  };
}

/** A person with a paired fob in the hand, and its owner at the cable. */
export class Hand {
  readonly fob: CoreFob;
  readonly client: Client;
  /** Called each time the computer sends the fob a request. */
  onAsked: () => void = () => undefined;
  private readonly keys: Uint8Array[] = [];
  private readonly pairingKey = secret(new Uint8Array(randomBytes(32)));
  private polled: () => void = () => undefined;

  private constructor(fob: CoreFob) {
    this.fob = fob;
    const toFob = (frame: string) => {
      this.onAsked();
      // The fob gets it after the present work.
      setImmediate(() => setImmediate(this.polled));
      return frame;
    };
    this.client = connect(fob.plugIn({ toFob }).transport);
  }

  static async hold(parts: Partial<Ports> = {}): Promise<Hand> {
    const hand = new Hand(new CoreFob(hostPrimitives, parts));
    const { client, fob } = hand;
    await client.hello();
    await client.startPairing();
    await client.openSession(pairingCode(fob.code));
    await client.call('adopt', {
      deviceSecret: secret(new Uint8Array(randomBytes(32))),
      pairingKey: hand.pairingKey,
      entropy: secret(new Uint8Array(randomBytes(32))),
    });
    await hand.openSession();
    await client.call('setClock', { utc: START_UTC });
    return hand;
  }

  /** The owner opens a session, in place of the one before. */
  async openSession(): Promise<void> {
    await this.client.openSession(pairingKey(this.pairingKey));
  }

  /** Enrols `count` accounts of a kind, named by their number from 0, and shows the list. */
  async enrol(kind: 1 | 2, count: number): Promise<void> {
    for (let made = 0; made < count; made++) await this.put({ kind, label: utf8(`account ${made}`) });
    this.toList();
  }

  async put(account: Partial<Request<'put'>>): Promise<Uint8Array> {
    const id = Uint8Array.of(200, ...new Array<number>(3).fill(this.keys.length));
    const key = secret(new Uint8Array(randomBytes(20)));
    this.keys.push(key);
    await this.client.call('put', {
      id,
      kind: 1,
      algorithm: 1,
      digits: 6,
      period: account.kind === 2 ? 30 : 0,
      counter: 0,
      issuer: new Uint8Array(0),
      label: utf8('alice'),
      secret: key,
      ...account,
    });
    return id;
  }

  /** Enrols an account for questions, and waits until the list is shown. */
  async putOcra(account: Partial<Request<'putOcra'>> & Pick<Request<'putOcra'>, 'id'>): Promise<void> {
    await this.client.call('putOcra', { ...OCRA, ...account });
    this.plays('wait 6000; says Bank');
  }

  /** Returns the value of an account, by its number, at a counter or time step. */
  passcode(number: number, counter: number): string {
    const key = this.keys[number];
    if (!key) throw new Error(`there is no account ${number}`);
    return hotp(new Hmac(hostPrimitives, 1, key), counter, 6);
  }

  /** Plays statements of `ACTS`, in lines or between semicolons: `press 50; wait 700; says Settings; code none`. */
  plays(script: string): void {
    for (const statement of script.trim().split(/;\s*|\s*\n\s*/)) {
      const [, name = '', words = ''] = /^(\w+) ?(.*)$/.exec(statement) ?? [];
      const act = ACTS[name];
      if (!act) throw new Error(`nothing does "${statement}"`);
      act(this, words);
    }
  }

  /** Turns the wheel with one key, and takes each symbol and then "ok". */
  enter(symbols: string): void {
    this.take([...symbols, 'ok']);
  }

  /** Holds to approve, and enters the PIN that the fob then asks for. */
  approveByPin(pin: string, title = 'PIN'): void {
    this.plays(`wait 702; press 1050; title ${title}`);
    void this.enterUnderRequest(pin);
  }

  /** Enters symbols while a computer waits, which polls between two symbols. */
  private async enterUnderRequest(symbols: string): Promise<void> {
    for (const symbol of [...symbols, 'ok']) {
      this.take([symbol]);
      await new Promise<void>(resolve => {
        this.polled = resolve;
      });
    }
  }

  /** Turns the wheel with one key, and takes each symbol. */
  take(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      // Below the title and the entered text, which may be the same symbol.
      const isShown = () => this.fob.screen.slice(2).includes(symbol);
      for (let presses = 0; presses < 20 && !isShown(); presses++) this.fob.press(50);
      if (!isShown()) throw new Error(`the wheel has no ${symbol}`);
      this.fob.press(HOLD_MS);
    }
  }

  /** Sets the owner's policy; fields that are not given are those of a new owner, with PINs of four digits. */
  async policy(policy: Partial<Request<'setPolicy'>>): Promise<void> {
    const request = { pinDigits: 4, attempts: 10, wipe: 1, lockSeconds: 600, asks: 0, typing: 0, ...policy };
    await this.client.call('setPolicy', request);
    this.fob.run(6_000);
    if (this.fob.screen.join('') === '') this.fob.press();
  }

  /** Waits until the message is gone, and wakes a display that is off. */
  toList(): void {
    this.fob.run(6_000);
    if (!this.says('account')) this.fob.press();
  }

  /** The fob's time. */
  get utc(): number {
    return this.fob.now;
  }

  says(text: string): boolean {
    return this.fob.screen.join(' ').includes(text);
  }

  /** The passcode on the screen, or nothing. */
  get shown(): string {
    return this.fob.screen.find(line => /^\d{3} \d{3}$/.test(line))?.replace(' ', '') ?? '';
  }
}
