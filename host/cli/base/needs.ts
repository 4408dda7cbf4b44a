import type { FobCall, InventoryCall } from './calls.ts';
import type { CommandCall, Need } from './command.ts';

/** For commands that open their resources themselves, or need none. */
export const nothing: Need<unknown, CommandCall> = (call, _asked, work) => work(call);

/** Provides this user's inventory, and prompts. */
export const anInventory: Need<unknown, InventoryCall> = async (call, _asked, work) =>
  (await import('./resources.ts')).withInventory(call, work);

/** Provides the selected fob as well. */
export const aFob: Need<unknown, FobCall> = async (call, _asked, work) =>
  (await import('./resources.ts')).withInventoryAndFob(call, work);
