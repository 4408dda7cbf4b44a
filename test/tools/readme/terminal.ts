import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** A person's reaction at the terminal to a text. */
export interface Reaction {
  readonly when: RegExp;
  /** Returns the typed text; undefined where the person does something else. */
  readonly does: () => string | undefined | Promise<string | undefined>;
}

/**
 * Runs a command line on a new terminal and answers its prompts.
 * @param socat the program that makes the terminal
 * @returns all output of the terminal, without control sequences
 */
export async function onTerminal(
  socat: string,
  command: string,
  { cwd, env, reactions }: { cwd: string; env: NodeJS.ProcessEnv; reactions: readonly Reaction[] },
): Promise<string> {
  // The command stands in the environment: a line for socat would have to be quoted twice.
  const child = spawn(socat, ['-', 'SYSTEM:"eval \\"$COMMAND\\"",pty,setsid,ctty,stderr'], {
    cwd,
    env: { ...env, COMMAND: command, TERM: 'xterm', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const left = new Set(reactions);
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
    const plain = stripVTControlCharacters(shown);
    for (const reaction of left) {
      if (!reaction.when.test(plain)) continue;
      left.delete(reaction);
      void Promise.resolve(reaction.does()).then(typed => typed !== undefined && child.stdin.write(typed));
    }
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return stripVTControlCharacters(shown).replaceAll('\r', '\n');
}
