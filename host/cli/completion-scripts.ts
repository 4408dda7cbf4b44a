import { command } from './base/command.ts';
import { ABOUT_FOB, without } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import { inLines, reportOf } from './base/report.ts';
import { COMPLETE } from './early-arguments.ts';

/** Shells for which completion is supported. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export const completionCommand = command({
  words: 'completion <shell>',
  describe: 'print the shell completion for commands and options',
  options: given =>
    without(given, ...ABOUT_FOB, 'dry-run').positional('shell', {
      choices: SHELLS,
      demandOption: true,
      describe: 'which shell',
    }),
  read: ({ shell }) => ({ shell }),
  needs: nothing,
  async run({ shell }) {
    const script = completionScript(shell);
    return reportOf({ script }, inLines(script));
  },
});

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

/** Returns the script that makes a shell complete passfob's commands and options. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
