import { placeOf } from './command-help.ts';
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
function _passfob
  set -l found (passfob ${COMPLETE} (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c passfob -f -a '(_passfob)'`,
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
  const { path, help, unknown } = await placeOf(before);
  if (unknown !== undefined) return [];
  const option = /^--(.+)/.exec(before.at(-1) ?? '')?.[1] ?? '';
  if (help.valued.includes(option)) return startingWith(last, help.choices.get(option) ?? []);
  if (last.startsWith('-')) {
    return startingWith(
      last,
      help.options.map(name => `--${name}`),
    );
  }
  const positional = before.at(-1) === path.at(-1) ? help.values : [];
  return startingWith(last, [...help.commands, ...positional]);
}

function startingWith(begin: string, words: readonly string[]): string[] {
  return words.filter(word => word.startsWith(begin));
}
