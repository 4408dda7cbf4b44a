import { type AccountTraits, accountProof } from '@passfob/protocol/account';
import type { Request } from '@passfob/protocol/commands';
import { readPairingCode } from '@passfob/protocol/pairing';
import { type Client, type ClientOptions, connect, pairingCode, pairingKey } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import type { Driver } from './driver.ts';
import { RFC4226_KEY } from './vectors.ts';

export const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
export const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Returns the pairing code as a person reads it off the display. */
export async function codeOnScreen(driver: Driver): Promise<string> {
  const text = (await driver.screen()).filter(line => /^[a-z0-9]{3} [a-z0-9]{3}$/.test(line)).join('');
  const code = readPairingCode(text);
  if (code === undefined) throw new Error('no pairing code on the screen');
  return secret(code);
}

/** What a fob and its owner share. */
type OwnerKeys = Partial<Pick<Owner, 'key' | 'deviceSecret' | 'recoveryKey'>>;

/** A fob in this process answers at once or, without power, never. */
export const AT_ONCE: ClientOptions = { patience: { answerTimeoutMs: 15, sendsMax: 1 } };

/** The policy of a new owner: no PIN. */
export const NO_PIN = { pinDigits: 0, attempts: 10, wipe: 1, lockSeconds: 0, asks: 0, typing: 0 } as const;
/** An account for decimal questions of eight digits. */
export const OCRA = {
  ...{ algorithm: 1, digits: 6, question: 0, length: 8, inputs: 0, step: 0, counter: 0 },
  ...{ issuer: ascii('Bank'), label: ascii('account'), secret: RFC4226_KEY },
} as const;
/** Longer than any message stays on the screen. */
export const MESSAGE_MS = 6_000;

/** Returns what the wheel shows; a digit that was entered before may stand above it. */
function onWheel(screen: readonly string[]): string | undefined {
  return screen.filter(line => /^(?:[0-9A-F]|ok|del|back)$/i.test(line)).at(-1);
}

/** An owner at the cable: the real client with the keys it made. */
export class Owner {
  readonly driver: Driver;
  readonly key: Uint8Array;
  readonly deviceSecret: Uint8Array;
  readonly recoveryKey: Uint8Array;
  client: Client;

  private readonly options: ClientOptions;

  /** @param keys of a fob that is paired already, or chosen for it */
  constructor(driver: Driver, options: ClientOptions = {}, keys: OwnerKeys = {}) {
    this.driver = driver;
    this.options = options;
    this.key = keys.key ?? secret(random(32));
    this.deviceSecret = keys.deviceSecret ?? secret(random(32));
    this.recoveryKey = keys.recoveryKey ?? secret(random(32));
    this.client = connect(driver.transport, options);
  }

  /** Pairs by the code on the screen and opens a session with the new key. */
  async pair(): Promise<void> {
    await this.openByCode();
    await this.client.call('adopt', this.adoption());
    await this.open();
  }

  /** Opens a session with a blank fob, by the code on its screen. */
  async openByCode(): Promise<void> {
    await this.client.hello();
    await this.client.startPairing();
    await this.client.openSession(pairingCode(await codeOnScreen(this.driver)));
  }

  /**
   * Sets owner, recovery key and time in one request, by the code on the screen; then opens a session with the new
   * key.
   */
  async take(utc: number): Promise<number> {
    await this.openByCode();
    const { recoveryKey } = this;
    const { done } = await this.client.call('take', { ...this.adoption(), recoveryKey, utc });
    await this.open();
    return done;
  }

  /** Returns the data that this owner would give a blank fob. */
  adoption(): Request<'adopt'> {
    const { random: drawn = random } = this.options;
    return { deviceSecret: this.deviceSecret, pairingKey: this.key, entropy: secret(drawn(32)) };
  }

  /** Opens a session with the pairing key, on the present cable. */
  async open(): Promise<void> {
    this.client = connect(this.driver.transport, this.options);
    await this.client.hello();
    await this.client.openSession(pairingKey(this.key));
  }

  /** Approves the question on the screen, after the moment in which keys are deaf. */
  approve = (): void => {
    void this.driver.advance(800).then(() => this.driver.press(1_200));
  };

  deny = (): void => {
    void this.driver.advance(800).then(() => this.driver.press());
  };

  async setClock(utc: number): Promise<void> {
    await this.client.call('setClock', { utc }, { onPressNeeded: this.approve });
  }

  /** Enrols an account and returns its id. */
  async put(account: Partial<Request<'put'>> & { secret: Uint8Array }): Promise<Uint8Array> {
    // The first byte keeps random ids apart from those of the fob's own records.
    const id = Uint8Array.of(128 + (random(1)[0] ?? 0) / 2, ...random(3));
    await this.client.call('put', {
      id,
      kind: 1,
      algorithm: 1,
      digits: 6,
      period: 0,
      counter: 0,
      issuer: ascii('Example'),
      label: ascii('alice'),
      ...account,
    });
    return id;
  }

  /** Enrols an account for questions and returns its id. */
  async putOcra(account: Partial<Request<'putOcra'>> = {}): Promise<Uint8Array> {
    const request = { ...OCRA, id: Uint8Array.of(130, ...random(3)), ...account };
    await this.client.call('putOcra', request);
    return request.id;
  }

  /** Expects that the fob proves an account of this key with these traits. */
  async expectProof(id: Uint8Array, key: Uint8Array, traits: AccountTraits, nonce: Uint8Array = random(16)) {
    const { mac } = await this.client.call('prove', { id, nonce });
    expect(mac).toEqual(accountProof(hostPrimitives, key, id, traits, nonce));
  }

  /** Lights a display that is off. */
  async wake(): Promise<void> {
    if ((await this.driver.screen()).length === 0) await this.driver.press();
  }

  /** Dismisses the message of the enrolment, so that the list is shown. */
  async toList(): Promise<void> {
    await this.driver.advance(MESSAGE_MS);
    await this.wake();
  }

  /** Requires a PIN, which the person chooses. */
  async choosePin(pin: string, policy: Partial<Request<'setPolicy'>> = {}): Promise<void> {
    await this.client.call('setPolicy', { ...NO_PIN, pinDigits: pin.length, ...policy });
    await this.toList();
    await this.enter(pin);
    await this.enter(pin);
  }

  /** Dismisses it by presses, which take almost no time. */
  async toListByPress(): Promise<void> {
    for (let presses = 0; presses < 4; presses++) {
      // In large letters a hint has two lines.
      if (/ passcode$/.test((await this.driver.screen()).join(' '))) return;
      await this.driver.back();
    }
  }

  /** Steps through a list until the screen says these words. */
  async stepTo(words: string): Promise<void> {
    for (let steps = 0; !(await this.driver.screen()).join(' ').includes(words); steps++) {
      if (steps > 12) throw new Error(`no screen says ${words}`);
      await this.driver.step();
    }
  }

  /** Lets the fob type passcodes, by its policy and by its settings; the list is shown then. */
  async allowTyping(): Promise<void> {
    await this.client.call('setPolicy', { ...NO_PIN, typing: 1 });
    await this.toList();
    for (const words of ['Settings', 'Type out', 'Back']) {
      await this.stepTo(words);
      await this.driver.choose();
    }
  }

  /** Returns the passcode of the account that the list shows, then goes back to the list. */
  async pressed(): Promise<string> {
    await this.driver.choose();
    const shown = await this.passcodeShown();
    await this.driver.back();
    return shown;
  }

  /** Enters digits on the wheel, and its "ok". */
  async enter(digits: string): Promise<void> {
    for await (const _ of this.entering(digits));
  }

  /** Enters symbol by symbol: a waiting computer has to be heard in between. */
  async *entering(digits: string): AsyncGenerator<void> {
    for (const symbol of [...digits, 'ok']) {
      for (let turns = 0; onWheel(await this.driver.screen()) !== symbol; turns++) {
        if (turns > 20) throw new Error('the wheel does not show what is to be taken');
        await this.driver.step();
      }
      await this.driver.choose();
      yield;
    }
    // The work after the entry may be slow and happens behind the screen that announces it.
    await this.driver.advance(50);
  }

  async passcodeShown(): Promise<string> {
    const line = (await this.driver.screen()).find(text => /^\d[\d ]{5,}$/.test(text));
    return line === undefined ? '' : line.replaceAll(' ', '');
  }
}
