import * as texts from '@passfob/firmware/core/base/texts';
import { VAULT_BLANK, VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { KIND_TOTP } from '@passfob/protocol/account';
import type { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { trivialPin } from '@passfob/protocol/pins';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { secret } from '../../../kit/secrets.ts';
import { ascii } from '../../conformance/owner.ts';
import { Chips, type Failing, PowerCut, TEARS } from './chips.ts';
import { Leaks } from './leaks.ts';
import { Token } from './token.ts';

export const FAILINGS = ['deaf', 'mute', 'worn', 'protected'] as const;

/** A possible content of the fob: one for each possible outcome of the failures. */
export interface World {
  readonly owned: boolean;
  /** Empty for none. */
  readonly pin: string;
  /** Id and label in the person's order. */
  readonly list: readonly (readonly [number, string])[];
  readonly attempts: number;
  readonly wipe: number;
  /** 1 where the owner's recovery key opens it, 0 where none does. */
  readonly recovery: number;
}
export const BLANK: World = { owned: false, pin: '', list: [], attempts: 10, wipe: 1, recovery: 0 };

export interface Held {
  readonly mac: Hmac;
  readonly key: Uint8Array;
  readonly kind: number;
  /** Values below this have been shown. */
  shown: number;
  /** Failed presses since, each of which may have spent a value. */
  spent: number;
}

/** A fob whose power goes and whose storage fails in its boots, and its possible worlds. */
export class VaultWorlds {
  readonly told: string[] = [];
  protected readonly chance: Randomness;
  protected readonly chips: Chips;
  protected readonly leaks = new Leaks();
  protected readonly held = new Map<number, Held>();
  protected recoveryKey: Uint8Array = new Uint8Array(0);
  protected worlds: readonly World[] = [BLANK];
  protected token: Token;
  /** Wrong PINs since the last right one: at least and at most. */
  protected wrongs = [0, 0] as [number, number];

  constructor(seed: number) {
    this.chance = makeRandomness(seed, 'vault life');
    this.chips = new Chips(this.chance);
    this.chips.utc = 1_800_000_000;
    this.leaks.watch(this.chips);
    this.token = new Token(this.chips);
  }

  protected secret(name: string, length: number): Uint8Array {
    const bytes = secret(this.chance.bytes(length));
    this.leaks.add(name, bytes);
    return bytes;
  }

  protected pin(): string {
    for (;;) {
      const digits = Array.from({ length: 10 }, () => this.chance.below(10)).join('');
      if (trivialPin(ascii(digits))) continue;
      this.leaks.add('a PIN', secret(digits));
      return digits;
    }
  }

  /** Returns the place of an existing account, or -1. */
  protected anyPlace(): number {
    const { count } = this.token.accounts;
    return count > 0 ? this.chance.below(count) : -1;
  }

  /** Checks for a new value that is no further on than the failed presses allow. */
  protected show(place: number, held: Held): boolean {
    const account = this.token.accounts.read(place);
    if (!account) return false;
    const { counter } = account;
    // Any outcome may have spent a value.
    held.spent++;
    const code = this.token.accounts.nextHotp(account);
    if (code === undefined) return false;
    if (counter < held.shown) throw new Error('a HOTP value was shown twice');
    if (counter > held.shown + held.spent - 1) throw new Error('a HOTP counter ran ahead');
    if (code !== hotp(held.mac, counter, 6)) throw new Error('a HOTP value that is none');
    Object.assign(held, { shown: counter + 1, spent: 0 });
    return true;
  }

  /** Closes the vault, waits as long as required, and tries. Returns whether it opened. */
  protected enter(pin: string): boolean {
    this.token.lock.close();
    if (this.token.vault.state !== VAULT_OWNED) return false;
    const before = this.chips.stretched;
    this.wrongs[1]++;
    let said = 'cut';
    try {
      said = this.token.enter(pin);
    } finally {
      // A right PIN may be settled already when the power goes, or when the accounts do not answer.
      if ((said === 'cut' || said === texts.NO_MEMORY) && this.worlds.some(world => world.pin === pin))
        this.wrongs[0] = 0;
      else if (said !== '' && this.chips.stretched > before) this.wrongs[0]++;
    }
    const isOpen = said === '' && this.token.vault.state === VAULT_OWNED;
    if (said === '') this.wrongs[0] = 0;
    return isOpen;
  }

  /** Boots, sometimes more than once, through cuts and failures in the boot itself. */
  reboot(): void {
    if (this.chance.below(4) === 0) this.bootOnFailingStorage();
    for (let boots = 0; ; boots++) {
      if (boots < 2 && this.chance.below(3) === 0)
        this.chips.cutAt(1 + this.chance.below(4), this.chance.pick(TEARS));
      try {
        this.token = new Token(this.chips);
        break;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      } finally {
        this.chips.keepPower();
      }
    }
    this.compare();
  }

  /** Boots on failing storage: the fob must not take itself for blank; then a person presses. */
  protected bootOnFailingStorage(): void {
    this.chips.fail(
      this.chance.pick<Failing>(FAILINGS),
      this.chance.below(60),
      this.chance.pick([1, 2, 1_000]),
    );
    this.token = new Token(this.chips);
    const { state } = this.token.vault;
    this.told.push(`boot on failing storage: ${state}`);
    if (state === VAULT_BLANK && this.worlds.every(({ owned }) => owned) && !this.mayBeWiped)
      throw new Error('blank, where the storage did not answer');
    const place = this.anyPlace();
    const held = place < 0 ? undefined : this.held.get(this.token.accounts.idAt(place));
    if (held && held.kind !== KIND_TOTP) this.show(place, held);
    this.chips.heal();
  }

  protected get mayBeWiped(): boolean {
    return this.worlds.some(({ owned, wipe, attempts }) => owned && wipe === 1 && this.wrongs[1] >= attempts);
  }

  /** Keeps the possible worlds of the fob; there must be one. */
  protected keep(what: string, isSo: (world: World) => boolean): void {
    const kept = this.worlds.filter(isSo);
    if (kept.length === 0) throw new Error(what);
    const texts = kept.map(world => JSON.stringify(world));
    this.worlds = kept.filter((_, i) => texts.indexOf(texts[i] as string) === i);
  }

  protected compare(): void {
    const { vault, lock } = this.token;
    this.told.push(`state ${vault.state}`);
    if (vault.state === VAULT_BLANK) {
      if (!this.mayBeWiped) this.keep('the owner is lost', ({ owned }) => !owned);
      this.worlds = [BLANK];
      return;
    }
    if (vault.state !== VAULT_OWNED) throw new Error(`state ${vault.state} on a storage that works`);
    this.keep('nobody adopted it', ({ owned }) => owned);
    if (vault.outdated || vault.wentBack !== (this.chips.seen < 0 ? 2 : 0))
      throw new Error('says that its storage went back');
    vault.excuse();
    if (lock.closed) this.unlock();
    else this.keep('no PIN is wanted any more', ({ pin }) => pin === '');
    if (!vault.records) return;
    this.compareAccounts();
    const { attempts, wipe } = vault.policy;
    this.keep('another policy', world => world.attempts === attempts && world.wipe === wipe);
    const recovers = this.token.recover(this.recoveryKey) !== undefined;
    if (this.token.escrowed && !recovers) throw new Error('an escrow that does not open');
    this.keep('no recovery', ({ recovery }) => recovers === (recovery === 1));
  }

  protected unlock(): void {
    const { vault, lock } = this.token;
    const [least, most] = this.wrongs;
    if (lock.failures < least || lock.failures > most)
      throw new Error(`${lock.failures} wrong PINs, where there were ${least} to ${most}`);
    if (lock.dead) {
      this.keep('dead too early', ({ attempts, wipe }) => wipe === 0 && most >= attempts);
      if (this.worlds.every(({ recovery }) => recovery === 1)) {
        if (!this.token.reset(this.recoveryKey)) throw new Error('could not be reset');
        this.worlds = this.worlds.map(world => ({ ...world, pin: '' }));
      } else {
        if (!vault.erase()) throw new Error('could not be erased');
        this.worlds = [BLANK];
      }
      this.wrongs = [0, 0];
      return;
    }
    const pins = new Set(this.worlds.map(({ pin }) => pin).filter(pin => pin !== ''));
    for (const pin of pins) {
      if (!this.enter(pin)) continue;
      this.wrongs = [0, 0];
      this.keep('a PIN from nowhere', world => world.pin === pin);
      return;
    }
    if (vault.state !== VAULT_BLANK) throw new Error('no PIN opens it');
    // One wrong PIN of two too many.
    this.worlds = [BLANK];
  }

  protected compareAccounts(): void {
    const { accounts } = this.token;
    const list: [number, string][] = [];
    for (let place = 0; place < accounts.count; place++) {
      const account = accounts.read(place);
      const held = this.held.get(accounts.idAt(place));
      if (!account || !held) throw new Error('a damaged account, or one from nowhere');
      list.push([account.id, Buffer.from(account.label).toString('latin1')]);
      if (!Buffer.from(account.key).equals(held.key)) throw new Error('the key of another account');
      if (held.kind === KIND_TOTP) continue;
      if (account.counter < held.shown) throw new Error('a HOTP counter went back');
      if (account.counter > held.shown + held.spent) throw new Error('a HOTP counter ran ahead');
      Object.assign(held, { shown: account.counter, spent: 0 });
    }
    const found = JSON.stringify(list);
    this.keep(`other accounts: ${found}`, world => JSON.stringify(world.list) === found);
  }
}
