import { VAULT_BLANK, VAULT_OWNED } from '../../../firmware/core/vault/vault.ts';
import { hostPrimitives } from '../../../host/client/primitives.ts';
import { KIND_HOTP, KIND_OCRA, KIND_TOTP } from '../../../protocol/account.ts';
import { Hmac } from '../../../protocol/hmac.ts';
import { hotp } from '../../../protocol/otp.ts';
import { trivialPin } from '../../../protocol/pins.ts';
import { SHA1 } from '../../../protocol/primitives.ts';
import { type Chance, makeChance } from '../../../simulator/chance.ts';
import { ascii } from '../../conformance/owner.ts';
import { secret } from '../../kit/secrets.ts';
import { Chips, type Failing, PowerCut, TEARS } from './chips.ts';
import { Leaks } from './leaks.ts';
import { Token } from './token.ts';

const ACCOUNTS_MAX = 8;
/** More worlds than this are told apart by a boot before anything else is done. */
const WORLDS_MAX = 12;
const FAILINGS = ['deaf', 'mute', 'worn', 'protected'] as const;

/** Deeds behind which no wrong PIN counts. */
const SETTLING = ['choose', 'takeOff', 'enterRight', 'reset'];

/** What the fob may hold: one of these for every way in which what failed may have gone. */
interface World {
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
const BLANK: World = { owned: false, pin: '', list: [], attempts: 10, wipe: 1, recovery: 0 };

/** Something to be done, and what it makes of a world. */
interface Deed {
  /** False where it says that it failed. */
  work(): boolean;
  after(world: World): World;
  /** What it may also make of one where it fails and the fob stays on. */
  halfway?(world: World): World;
}

interface Held {
  readonly mac: Hmac;
  readonly key: Uint8Array;
  readonly kind: number;
  /** Values below this have been shown. */
  shown: number;
  /** Presses that failed since, each of which may have spent one. */
  spent: number;
}

/** The vault in random use, beside all that it may hold; the power goes, and storage fails, at random. */
export class VaultLife {
  readonly told: string[] = [];
  private readonly chance: Chance;
  private readonly chips: Chips;
  private readonly leaks = new Leaks();
  private readonly held = new Map<number, Held>();
  private recoveryKey: Uint8Array = new Uint8Array(0);
  private worlds: readonly World[] = [BLANK];
  private token: Token;
  private made = 0;
  /** Wrong PINs since the last right one: at least and at most. */
  private wrongs = [0, 0] as [number, number];

  constructor(seed: number) {
    this.chance = makeChance(seed, 'vault life');
    this.chips = new Chips(this.chance);
    this.chips.utc = 1_800_000_000;
    this.leaks.watch(this.chips);
    this.token = new Token(this.chips);
    this.adopt();
  }

  private secret(name: string, length: number): Uint8Array {
    const bytes = secret(this.chance.bytes(length));
    this.leaks.add(name, bytes);
    return bytes;
  }

  private pin(): string {
    for (;;) {
      const digits = Array.from({ length: 10 }, () => this.chance.below(10)).join('');
      if (trivialPin(ascii(digits))) continue;
      this.leaks.add('a PIN', secret(digits));
      return digits;
    }
  }

  /** One random deed, in which the power may go or the storage fail. */
  step(): void {
    if (this.token.vault.state !== VAULT_OWNED) this.reboot();
    this.adopt();
    const often = [this.enrol, this.press, this.press, this.press, this.rename, this.move] as const;
    const some = [this.choose, this.enterRight, this.enterWrong, this.enterRight, this.remove] as const;
    const rare = [this.escrow, this.reset, this.policy, this.clock, this.takeOff, this.erase] as const;
    const kind = this.chance.below(10);
    const name =
      kind < 5 ? this.chance.pick(often) : kind < 8 ? this.chance.pick(some) : this.chance.pick(rare);
    this.do(name.name, name.call(this));
  }

  private do(name: string, deed: Deed | undefined): void {
    if (!deed) return;
    const hazard = this.chance.below(5);
    const nth = 1 + this.chance.below(8);
    const tear = this.chance.pick(TEARS);
    const how = this.chance.pick<Failing>(FAILINGS);
    const count = this.chance.pick([1, 1, 2, 3, 1_000]);
    if (hazard === 0 || hazard === 1) this.chips.cutAt(nth, tear);
    if (hazard === 2) this.chips.fail(how, this.chance.below(14), count);
    const what = hazard < 2 ? ` cut at ${nth}, ${tear}` : hazard === 2 ? ` ${how} for ${count}` : '';
    let done = false;
    let cut = false;
    try {
      done = deed.work();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      cut = true;
    }
    this.chips.keepPower();
    this.chips.heal();
    this.told.push(`${name}${what}${done ? '' : cut ? ': cut' : ': failed'}`);
    if (!done && hazard > 2) throw new Error(`${name} failed on a storage that works`);
    const after = this.worlds.map(world => (world.owned || name === 'adopt' ? deed.after(world) : world));
    const halfway = deed.halfway && !cut ? this.worlds.map(deed.halfway) : [];
    this.worlds = done ? after : [...this.worlds, ...after, ...halfway];
    // Whether it settled them is not known where there was a hazard.
    if (SETTLING.includes(name) && name !== 'enterRight') this.wrongs[0] = 0;
    if (SETTLING.includes(name) && hazard > 2) this.wrongs = [0, 0];
    const boots = cut || this.worlds.length > WORLDS_MAX || this.chance.below(done ? 8 : 2) === 0;
    if (boots) this.reboot();
  }

  private enrol(): Deed | undefined {
    if (this.token.accounts.count >= ACCOUNTS_MAX || !this.token.vault.records) return undefined;
    this.made++;
    // Both signs of a 32-bit number, and tags that are their own.
    const id = (this.chance.below(256) << 24) | (256 + this.made);
    const key = this.secret('a seed', 20);
    const kind = this.chance.pick([KIND_HOTP, KIND_HOTP, KIND_TOTP, KIND_OCRA]);
    const counter = kind === KIND_TOTP ? 0 : this.chance.below(1_000);
    const label = `a${this.made}${'x'.repeat(this.chance.below(20))}`;
    const held = { key, kind, mac: new Hmac(hostPrimitives, SHA1, key), shown: counter, spent: 0 };
    this.held.set(id, held);
    return {
      work: () => this.token.put({ id, kind, key, label, counter }) === 0,
      after: world => ({ ...world, list: [...world.list, [id, label]] }),
    };
  }

  /** Place of an account that is there, or -1. */
  private anyPlace(): number {
    const { count } = this.token.accounts;
    return count > 0 ? this.chance.below(count) : -1;
  }

  private remove(): Deed | undefined {
    const place = this.anyPlace();
    if (place < 0) return undefined;
    const id = this.token.accounts.idAt(place);
    return {
      work: () => this.token.accounts.remove(place),
      after: world => ({ ...world, list: world.list.filter(([one]) => one !== id) }),
    };
  }

  private rename(): Deed | undefined {
    const place = this.anyPlace();
    if (place < 0) return undefined;
    const id = this.token.accounts.idAt(place);
    const label = `r${this.chance.below(1_000)}`;
    return {
      work: () => this.token.accounts.rename(place, ascii('I'), ascii(label)) === 0,
      after: world => ({ ...world, list: world.list.map(one => (one[0] === id ? [id, label] : one)) }),
    };
  }

  private move(): Deed | undefined {
    const place = this.anyPlace();
    if (place < 0) return undefined;
    const id = this.token.accounts.idAt(place);
    const to = this.anyPlace();
    return {
      work: () => this.token.accounts.move(place, to),
      after: world => {
        const moved = world.list.find(([one]) => one === id);
        const list = world.list.filter(([one]) => one !== id);
        if (moved) list.splice(to, 0, moved);
        return { ...world, list };
      },
    };
  }

  private press(): Deed | undefined {
    const place = this.anyPlace();
    if (place < 0) return undefined;
    const id = this.token.accounts.idAt(place);
    const held = this.held.get(id);
    if (!held || held.kind === KIND_TOTP) return undefined;
    return { work: () => this.show(place, held), after: world => world };
  }

  /** A value that was never shown, and no further on than the presses that failed. */
  private show(place: number, held: Held): boolean {
    const account = this.token.accounts.read(place);
    if (!account) return false;
    const { counter } = account;
    // Whatever comes of it may be a spent value.
    held.spent++;
    const code = this.token.accounts.nextHotp(account);
    if (code === undefined) return false;
    if (counter < held.shown) throw new Error('a HOTP value was shown twice');
    if (counter > held.shown + held.spent - 1) throw new Error('a HOTP counter ran ahead');
    if (code !== hotp(held.mac, counter, 6)) throw new Error('a HOTP value that is none');
    Object.assign(held, { shown: counter + 1, spent: 0 });
    return true;
  }

  private choose(): Deed | undefined {
    if (!this.token.vault.records) return undefined;
    const pin = this.pin();
    return {
      work: () => {
        this.wrongs[1]++;
        if (this.token.lock.choose(ascii(pin)) !== '') return false;
        this.wrongs = [0, this.wrongs[1]];
        return true;
      },
      after: world => ({ ...world, pin }),
    };
  }

  private takeOff(): Deed | undefined {
    if (!this.token.vault.records) return undefined;
    return {
      work: () => this.token.vault.seal(new Uint8Array(0)),
      after: world => ({ ...world, pin: '' }),
    };
  }

  /** The PIN that opens it, where there is one and it is known. */
  private get known(): string {
    const pins = new Set(this.worlds.map(({ pin }) => pin));
    return pins.size === 1 ? ([...pins][0] as string) : '';
  }

  private enterRight(): Deed | undefined {
    const pin = this.known;
    if (!this.token.vault.hasPin || pin === '') return undefined;
    return { work: () => this.enter(pin), after: world => world };
  }

  private enterWrong(): Deed | undefined {
    if (!this.token.vault.hasPin) return undefined;
    const left = Math.min(...this.worlds.map(({ attempts }) => attempts)) - this.wrongs[1];
    // Now and then one too many.
    if (left < 3 && this.chance.below(8) > 0) return undefined;
    const pin = this.pin();
    return {
      work: () => {
        if (this.enter(pin)) throw new Error('a wrong PIN opened the vault');
        return true;
      },
      after: world => world,
    };
  }

  /** Closes it, waits as long as is wanted, and tries. Whether it opened. */
  private enter(pin: string): boolean {
    this.token.lock.close();
    if (this.token.vault.state !== VAULT_OWNED) return false;
    const before = this.chips.stretched;
    this.wrongs[1]++;
    let said = 'cut';
    try {
      said = this.token.enter(pin);
    } finally {
      // A right one may be settled already when the power goes.
      if (said === 'cut' && this.worlds.some(world => world.pin === pin)) this.wrongs[0] = 0;
      else if (said !== '' && this.chips.stretched > before) this.wrongs[0]++;
    }
    const isOpen = said === '' && this.token.vault.state === VAULT_OWNED;
    if (said === '') this.wrongs[0] = 0;
    return isOpen;
  }

  private escrow(): Deed | undefined {
    if (!this.token.vault.records) return undefined;
    const key = this.recoveryKey;
    return { work: () => this.token.vault.escrow(key), after: world => ({ ...world, recovery: 1 }) };
  }

  private reset(): Deed | undefined {
    const { recovery } = this.worlds[0] as World;
    const key = this.recoveryKey;
    if (recovery === 0 || this.worlds.some(world => world.recovery !== recovery)) return undefined;
    return {
      work: () => {
        if (!this.token.reset(key)) return false;
        this.wrongs[0] = 0;
        return true;
      },
      after: world => ({ ...world, pin: '' }),
    };
  }

  private policy(): Deed {
    const attempts = Math.max(5, this.wrongs[1] + 3) + this.chance.below(8);
    const wipe = this.chance.below(2);
    return {
      work: () => {
        Object.assign(this.token.vault.policy, { attempts, wipe });
        return this.token.vault.policy.save();
      },
      after: world => ({ ...world, attempts, wipe }),
    };
  }

  private clock(): Deed {
    return { work: () => this.token.time.set(this.token.now.utc + 3), after: world => world };
  }

  private erase(): Deed | undefined {
    if (this.chance.below(3) > 0) return undefined;
    return {
      work: () => this.token.vault.erase(),
      after: () => BLANK,
      // A new PIN puts back the headers that it has destroyed, not the recovery.
      halfway: world => ({ ...world, recovery: 0 }),
    };
  }

  /** Somebody else's from here on. */
  private adopt(): void {
    while (this.token.vault.state === VAULT_BLANK) {
      this.wrongs = [0, 0];
      this.worlds = [BLANK];
      const secrets = this.secret('the secrets', 64);
      const dataKey = this.secret('a data key', 16);
      this.recoveryKey = this.secret('the recovery key', 32);
      this.do('adopt', {
        work: () => this.token.adopt(secrets, dataKey),
        after: () => ({ ...BLANK, owned: true }),
      });
    }
  }

  /** Boots, some times more than once, through cuts and failures of what the boot itself does. */
  reboot(): void {
    if (this.chance.below(4) === 0) this.bootOnFailingStorage();
    for (let boots = 0; ; boots++) {
      if (boots < 2 && this.chance.below(3) === 0) {
        this.chips.cutAt(1 + this.chance.below(4), this.chance.pick(TEARS));
      }
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

  /** Whatever it reads, it must not take itself for blank; and somebody presses. */
  private bootOnFailingStorage(): void {
    this.chips.fail(
      this.chance.pick<Failing>(FAILINGS),
      this.chance.below(60),
      this.chance.pick([1, 2, 1_000]),
    );
    this.token = new Token(this.chips);
    const { state } = this.token.vault;
    this.told.push(`boot on failing storage: ${state}`);
    if (state === VAULT_BLANK && this.worlds.every(({ owned }) => owned) && !this.mayBeWiped) {
      throw new Error('blank, where the storage did not answer');
    }
    const place = this.anyPlace();
    const held = place < 0 ? undefined : this.held.get(this.token.accounts.idAt(place));
    if (held && held.kind !== KIND_TOTP) this.show(place, held);
    this.chips.heal();
  }

  private get mayBeWiped(): boolean {
    return this.worlds.some(({ owned, wipe, attempts }) => owned && wipe === 1 && this.wrongs[1] >= attempts);
  }

  /** Leaves the worlds that the fob can be in; there must be one. */
  private keep(what: string, isSo: (world: World) => boolean): void {
    const kept = this.worlds.filter(isSo);
    if (kept.length === 0) throw new Error(what);
    const texts = kept.map(world => JSON.stringify(world));
    this.worlds = kept.filter((_, i) => texts.indexOf(texts[i] as string) === i);
  }

  private compare(): void {
    const { vault, lock } = this.token;
    this.told.push(`state ${vault.state}`);
    if (vault.state === VAULT_BLANK) {
      if (!this.mayBeWiped) this.keep('the owner is lost', ({ owned }) => !owned);
      this.worlds = [BLANK];
      return;
    }
    if (vault.state !== VAULT_OWNED) throw new Error(`state ${vault.state} on a storage that works`);
    this.keep('nobody adopted it', ({ owned }) => owned);
    if (vault.outdated || vault.wentBack !== (this.chips.seen < 0 ? 2 : 0)) {
      throw new Error('says that its storage went back');
    }
    vault.excuse();
    if (lock.closed) this.unlock();
    else this.keep('no PIN is wanted any more', ({ pin }) => pin === '');
    if (!vault.records) return;
    this.compareAccounts();
    const { attempts, wipe } = vault.policy;
    this.keep('another policy', world => world.attempts === attempts && world.wipe === wipe);
    const recovers = vault.recover(this.recoveryKey) !== undefined;
    if (vault.escrowed && !recovers) throw new Error('an escrow that does not open');
    this.keep('no recovery', ({ recovery }) => recovers === (recovery === 1));
  }

  private unlock(): void {
    const { vault, lock } = this.token;
    const [least, most] = this.wrongs;
    if (lock.failures < least || lock.failures > most) {
      throw new Error(`${lock.failures} wrong PINs, where there were ${least} to ${most}`);
    }
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

  private compareAccounts(): void {
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
