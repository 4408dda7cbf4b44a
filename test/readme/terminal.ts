import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** What a person at the terminal does when something appears. */
export interface Reaction {
  readonly when: RegExp;
  /** What is typed; undefined where the person does something else. */
  readonly does: () => string | undefined | Promise<string | undefined>;
}

/**
 * Runs a command line on a terminal of its own and answers what it asks.
 * @param socat the program that makes the terminal
 * @returns all that the terminal showed, without control sequences
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
