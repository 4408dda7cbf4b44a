import type { Context, FobAtHand } from '../../commands/context.ts';
import type { CommandCall } from './command.ts';
import type { Prompts } from './prompts.ts';

/** The arguments of a command that uses the inventory. */
export interface InventoryCall extends CommandCall {
  readonly context: Context;
  readonly prompts: Prompts;
}

/** The arguments of a command that uses a fob. */
export interface FobCall extends InventoryCall {
  readonly fob: FobAtHand;
}
