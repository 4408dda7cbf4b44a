import { helpOf } from './arguments.ts';
import type { Shell } from './shells.ts';

/** The word by which a shell's script asks for completions; all words of the line follow, the one at hand last. */
export const COMPLETE = '--complete';

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# passfob completion for bash: eval "$(passfob completion bash)"
_passfob() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(passfob ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _passfob passfob`,
  zsh: `#compdef passfob
# passfob completion for zsh: eval "$(passfob completion zsh)"
_passfob() {
  local -a found
  found=("\${(@f)$(passfob ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _passfob passfob`,
  fish: `# passfob completion for fish: passfob completion fish | source
complete -c passfob -a '(passfob ${COMPLETE} (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
};

/** What a shell reads so that it completes passfob's commands and options. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/**
 * What may stand in place of the last of some words: commands, options, values of options.
 * @param words of a command line, without the program's own name; the last may be empty
 */
export async function completions(words: readonly string[]): Promise<string[]> {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command: string[] = [];
  let help = await helpAt(command);
  for (const word of before) {
    if (!help.commands.includes(word)) continue;
    command.push(word);
    help = await helpAt(command);
  }
  const choices = help.choices.get((before.at(-1) ?? '').replace(/^--/, ''));
  const isValue = choices !== undefined && before.at(-1)?.startsWith('--');
  const positional = command.length === before.length ? help.values : [];
  const all = isValue ? choices : last.startsWith('-') ? help.options : [...help.commands, ...positional];
  return all.filter(one => one.startsWith(last));
}

interface Help {
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** By the name of an option. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
  /** What positional arguments take. */
  readonly values: readonly string[];
}

/** yargs offers completions only where it may print and end the process; its help says the same. */
async function helpAt(path: readonly string[]): Promise<Help> {
  const text = await helpOf(path);
  const lines = text.split('\n');
  const choicesIn = (line: string) =>
    [...(/\[choices: (.*?)\]/.exec(line)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
  const options = lines.filter(line => /^\s+--/.test(line));
  const nameOf = (line: string) => /--([\w-]+)/.exec(line)?.[1] ?? '';
  return {
    commands: lines
      .filter(line => line.startsWith('  passfob '))
      .flatMap(line => line.trim().split(' ')[path.length + 1] ?? []),
    options: options.map(line => `--${nameOf(line)}`),
    choices: new Map(
      options.map(line => [nameOf(line), choicesIn(line)] as const).filter(([, all]) => all.length > 0),
    ),
    values: lines
      .filter(line => /^ {2}[a-z]/.test(line) && !line.startsWith('  passfob '))
      .flatMap(choicesIn),
  };
}
