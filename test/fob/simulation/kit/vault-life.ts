import { VAULT_BLANK, VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { KIND_HOTP, KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import { SHA1 } from '@passfob/protocol/primitives';
import { hostPrimitives } from 'passfob/client/primitives';
import { ascii } from '../../conformance/owner.ts';
import { type Failing, PowerCut, TEARS } from './chips.ts';

import { BLANK, FAILINGS, VaultWorlds, type World } from './vault-worlds.ts';

const ACCOUNTS_MAX = 8;
/** Beyond this number of worlds, a boot narrows them down before the next deed. */
const WORLDS_MAX = 12;

/** Deeds after which no wrong PIN counts. */
const SETTLING = ['choose', 'takeOff', 'enterRight', 'reset'];

/** A deed, and its effect on a world. */
interface Deed {
  /** Returns false where it reports a failure. */
  work(): boolean;
  after(world: World): World;
  /** Its possible effect on a world where it fails and the fob stays on. */
  halfway?(world: World): World;
}

/** The vault in random use, beside all its possible contents; the power goes, and storage fails, at random. */
export class VaultLife extends VaultWorlds {
  private made = 0;

  constructor(seed: number) {
    super(seed);
    this.adopt();
  }

  /** Does one random deed, in which the power may go or the storage fail. */
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
    // After a hazard it is unknown whether it settled them. A right PIN settles them also where no record can be read.
    if (SETTLING.includes(name) && (name !== 'enterRight' || !done)) this.wrongs[0] = 0;
    if (SETTLING.includes(name) && hazard > 2) this.wrongs = [0, 0];
    const boots = cut || this.worlds.length > WORLDS_MAX || this.chance.below(done ? 8 : 2) === 0;
    if (boots) this.reboot();
  }

  private enrol(): Deed | undefined {
    if (this.token.accounts.count >= ACCOUNTS_MAX || !this.token.vault.records) return undefined;
    this.made++;
    // Both signs of a 32-bit number, and unique tags.
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
    return { work: () => this.token.vault.seal(new Uint8Array(0)), after: world => ({ ...world, pin: '' }) };
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
    // Now and then one attempt too many.
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
      // A new PIN restores the headers that it has destroyed, not the recovery.
      halfway: world => ({ ...world, recovery: 0 }),
    };
  }

  /** Gives the fob to another owner. */
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
}
