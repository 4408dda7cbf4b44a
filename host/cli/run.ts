import { randomBytes } from 'node:crypto';
import type { Context } from '../commands/context.ts';
import { simulate } from '../commands/simulate.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { openInventory } from '../inventory/inventory.ts';
import { act } from './actions.ts';
import { readArguments } from './arguments.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { promptsOn } from './prompts.ts';
import { progressText, sayError, sayReport } from './report.ts';
import type { Terminal } from './terminal.ts';

/**
 * The command line as a function: parses, prompts, prints.
 * @param args without the program's own name
 * @returns the exit code
 */
export async function run(args: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  // Known although the rest may not be readable: whoever asked for JSON gets JSON, whatever happens.
  const isJson = args.includes('--json');
  try {
    const [command, ...rest] = args;
    if (command === 'simulate') return await simulate(rest.filter(arg => arg !== '--json'));
    const parsed = await readArguments(args, terminal.environment);
    if ('help' in parsed) {
      terminal.out(`${parsed.help}\n`);
      return EXIT_CODES.ok.code;
    }
    await runCommand(parsed.invocation, isJson, terminal, signal);
    return EXIT_CODES.ok.code;
  } catch (error) {
    return sayError(terminal, isJson, error);
  }
}

async function runCommand(
  invocation: Invocation,
  isJson: boolean,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const inventory = openInventory(inventoryDirectory(terminal.environment));
  const prompts = promptsOn(terminal, signal);
  const context: Context = {
    inventory,
    now: Date.now,
    random: length => new Uint8Array(randomBytes(length)),
    report: progress => terminal.note(`${progressText(progress)}\n`),
    signal,
  };
  try {
    sayReport(terminal, isJson, await act(invocation, context, prompts, terminal, isJson));
  } finally {
    prompts.close();
    await inventory.close();
  }
}
