import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { memoryStore } from '@passfob/simulator';
import { fileStore } from '@passfob/simulator/fob/boot';
import { connect } from 'passfob/client/client';
import type { Context, FobAtHand, Progress } from 'passfob/commands/context';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { type Inventory, openInventory } from 'passfob/inventory/inventory';
import { pairingKeyOf, pairingsOf, recoveryKeyOf } from 'passfob/inventory/pairings';
import { Owner } from '../../../fob/conformance/owner.ts';
import { VirtualBoardDriver } from '../../../fob/conformance/virtual-board-driver.ts';
import { secret } from '../../../kit/secrets.ts';
import { builtBoard } from '../kit/built-board.ts';

/** The file that keeps the memory of the board. */
export const memoryIn = (home: string): string => join(home, 'board');

/** The board's time that passes in each turn of a command. */
const PASSING_MS = 10;
/** Steps after which a list has come round. */
const STEPS_MAX = 80;

/** A fob that a process has flashed, in this process, with the inventory of its owner. */
export class FobLife {
  readonly driver: VirtualBoardDriver;
  readonly inventory: Inventory;
  owner: Owner;

  private constructor(driver: VirtualBoardDriver, inventory: Inventory, owner: Owner) {
    this.driver = driver;
    this.inventory = inventory;
    this.owner = owner;
  }

  /** @param home folder of the inventory and of the board's memory */
  static async begin(firmware: Uint8Array, home: string): Promise<FobLife> {
    const storage = memoryStore();
    storage.write(0, fileStore(memoryIn(home)).load() ?? new Uint8Array());
    const driver = new VirtualBoardDriver(await builtBoard(), firmware, { storage });
    const inventory = openInventory(home);
    const { serial } = await connect(driver.transport).hello();
    const [{ id = 0 } = {}] = await pairingsOf(inventory, serial);
    const owner = new Owner(
      driver,
      {},
      {
        key: secret(await pairingKeyOf(inventory, id)),
        recoveryKey: secret(await recoveryKeyOf(inventory, id)),
      },
    );
    return new FobLife(driver, inventory, owner);
  }

  /** For the commands of the host. The person answers every question by a hold. */
  get context(): Context {
    return {
      inventory: this.inventory,
      now: () => this.driver.board.now(),
      random: length => secret(new Uint8Array(randomBytes(length))),
      report: (progress: Progress) => {
        if (progress.event === 'press-needed') this.owner.approve();
      },
    };
  }

  /** The port of commands that write to the board's console, which wait for it longer than its work takes. */
  get port(): BoardPort {
    return {
      address: 'cable',
      open: async () => {
        const transport = this.driver.open();
        const passing = setInterval(() => this.driver.board.advance(PASSING_MS));
        transport.onClose(() => clearInterval(passing));
        return transport;
      },
    };
  }

  async atHand(): Promise<FobAtHand> {
    const client = connect(this.driver.transport);
    return { address: 'cable', client, hello: await client.hello() };
  }

  async shown(): Promise<string> {
    return (await this.driver.screen()).join(' ');
  }

  /** Turns the list, or the settings, until the screen says these words. */
  async turnTo(words: string): Promise<void> {
    for (let steps = 0; !(await this.shown()).includes(words); steps++) {
      if (steps > STEPS_MAX) throw new Error(`no screen says ${words}`);
      await this.driver.step();
    }
  }

  async close(): Promise<void> {
    await this.driver.close();
    await this.inventory.close();
  }
}
