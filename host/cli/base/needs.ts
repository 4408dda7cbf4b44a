import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Context, FobAtHand } from '../../commands/context.ts';
import { withFob } from '../../commands/find.ts';
import { systemCode } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import { inventoryError, openInventory } from '../../inventory/inventory.ts';
import type { CommandCall, Need } from './command.ts';
import { type Prompts, promptsOn } from './prompts.ts';
import { progressText } from './report.ts';

export interface InventoryCall extends CommandCall {
  readonly context: Context;
  readonly prompts: Prompts;
}

export interface FobCall extends InventoryCall {
  readonly fob: FobAtHand;
}

/** For commands that open their resources themselves, or need none. */
export const nothing: Need<unknown, CommandCall> = (call, _asked, work) => work(call);

/** Provides this user's inventory, and prompts. */
export const anInventory: Need<unknown, InventoryCall> = async (call, _asked, work) => {
  const { terminal, signal } = call;
  const inventory = openInventory(inventoryDirectory(terminal.environment));
  const prompts = promptsOn(terminal, signal);
  const context: Context = {
    inventory,
    now: Date.now,
    random: length => new Uint8Array(randomBytes(length)),
    report: progress => terminal.note(`${progressText(progress)}\n`),
    operator: operatorName(),
    signal,
  };
  try {
    return await work({ ...call, context, prompts });
  } catch (error) {
    throw systemCode(error).startsWith('SQLITE_') ? inventoryError(error, inventory.directory) : error;
  } finally {
    prompts.close();
    await inventory.close();
  }
};

/** Returns the name of this computer's user; undefined for a user id without one. */
function operatorName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** Provides the selected fob as well. */
export const aFob: Need<unknown, FobCall> = (call, asked, work) =>
  anInventory(call, asked, at => withFob(call.choice, fob => work({ ...at, fob }), call.signal));
