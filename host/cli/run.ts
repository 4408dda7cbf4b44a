import { randomBytes } from 'node:crypto';
import type { Context } from '../commands/context.ts';
import { simulate } from '../commands/simulate.ts';
import { isFobError, systemCode } from '../errors.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { inventoryError, openInventory } from '../inventory/inventory.ts';
import { act } from './actions.ts';
import type { AgentInvocation } from './agent/invocation.ts';
import { readArguments } from './arguments.ts';
import { EXIT_CODES } from './base/exit-codes.ts';
import { promptsOn } from './base/prompts.ts';
import { progressText, sayDryRun, sayError, sayReport } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';
import { COMPLETE, completions } from './completion.ts';
import { runDoctor } from './doctor-actions.ts';
import { needService, simulatorProgram } from './installed.ts';
import type { FobInvocation, Invocation } from './invocation.ts';

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
    if (command === COMPLETE) {
      terminal.out((await completions(rest)).map(one => `${one}\n`).join(''));
      return EXIT_CODES.ok.code;
    }
    if (command === 'simulate') {
      return await simulate(
        await simulatorProgram(),
        rest.filter(arg => arg !== '--json'),
      );
    }
    if (command === 'serve' || command === 'service') await needService();
    const parsed = await readArguments(args, terminal.environment, line => terminal.note(`${line}\n`));
    if ('help' in parsed) {
      terminal.out(`${parsed.help}\n`);
      return EXIT_CODES.ok.code;
    }
    const { invocation } = parsed;
    if (invocation.command === 'doctor') await runDoctor(invocation, isJson, terminal);
    else if (invocation.command === 'activate') {
      const { activate } = await import('./activate.ts');
      await activate(invocation, isJson, terminal, signal);
    } else if (isAboutAgent(invocation)) {
      const { runAgent } = await import('./agent/actions.ts');
      await runAgent(invocation, isJson, terminal, signal);
    } else if (invocation.command === 'added') await invocation.run(isJson, terminal, signal);
    else await runCommand(invocation, isJson, terminal, signal);
    return EXIT_CODES.ok.code;
  } catch (error) {
    if (isFobError(error, 'dry-run')) return sayDryRun(terminal, isJson, error);
    return sayError(terminal, isJson, error);
  }
}

async function runCommand(
  invocation: FobInvocation,
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
  } catch (error) {
    throw systemCode(error).startsWith('SQLITE_') ? inventoryError(error, inventory.directory) : error;
  } finally {
    prompts.close();
    await inventory.close();
  }
}

function isAboutAgent(
  invocation: Invocation,
): invocation is Extract<Invocation, { readonly command: AgentInvocation['command'] }> {
  return invocation.command === 'agent' || invocation.command.startsWith('agent-');
}
