import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Context } from '../../commands/context.ts';
import { withFob } from '../../commands/find.ts';
import { systemCode } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { FobCall, InventoryCall } from './calls.ts';
import type { CommandCall, CommandOutcome } from './command.ts';
import { progressScreen } from './progress.ts';
import { promptsOn } from './prompts.ts';

/** Opens this user's inventory, works with it and closes it. */
export async function withInventory<T>(
  call: CommandCall,
  work: (at: InventoryCall) => Promise<T>,
): Promise<T> {
  const { terminal, signal } = call;
  // Without a fob most commands end before they need the database and all that it loads.
  const { inventoryError, openInventory } = await import('../../inventory/inventory.ts');
  const inventory = openInventory(inventoryDirectory(terminal.environment));
  const prompts = promptsOn(terminal, signal);
  const screen = progressScreen(terminal, call.isJson, () => performance.now());
  const context: Context = {
    inventory,
    now: Date.now,
    random: length => new Uint8Array(randomBytes(length)),
    report: progress => screen.report(progress),
    operator: operatorName(),
    signal,
  };
  try {
    return await work({ ...call, context, prompts });
  } catch (error) {
    throw systemCode(error).startsWith('SQLITE_') ? inventoryError(error, inventory.directory) : error;
  } finally {
    screen.end();
    prompts.close();
    await inventory.close();
  }
}

/** Returns the name of this computer's user; undefined for a user id without one. */
function operatorName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** Opens the selected fob first. */
export function withInventoryAndFob(
  call: CommandCall,
  work: (at: FobCall) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  return withFob(call.choice, fob => withInventory(call, at => work({ ...at, fob })), call.signal);
}
