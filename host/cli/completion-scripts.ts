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
  describe: 'print the shell completion for commands, options and names',
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

// Names of accounts and holders may hold any character, and may come from a file or a fob: no script evaluates them.
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# passfob completion for bash: eval "$(passfob completion bash)"
_passfob() {
  local -a words=()
  local i last=-1 word current cut='' quoted='' value
  local unsafe='*[^[:alnum:] @._:+/,-]*'
  # Readline breaks words at colons and equal signs.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if ((last >= 0)) && [[ "$word" == [:=]* || "\${words[last]}" == *[:=] ]]; then words[last]+="$word"
    else words[++last]="$word"; fi
  done
  current="\${words[last]}"
  [[ "$current" == "\${COMP_WORDS[COMP_CWORD]}" ]] || cut="\${current%"\${current##*[:=]}"}"
  case "$current" in
    '"'* | "'"*) quoted=yes current="\${current:1}" ;;
    *) current="\${current//\\\\/}" cut="\${cut//\\\\/}" ;;
  esac
  words[last]="$current"
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ -z "$quoted" ]]; then COMPREPLY+=("$(printf %q "\${value#"$cut"}")")
    elif [[ "$value" != $unsafe ]]; then COMPREPLY+=("$value"); fi
  done < <(passfob ${COMPLETE} "\${words[@]}" 2>/dev/null)
}
complete -o default -F _passfob passfob`,
  zsh: `#compdef passfob
# passfob completion for zsh: eval "$(passfob completion zsh)"
_passfob() {
  local -a lines values shown
  local line
  lines=("\${(@f)$(passfob ${COMPLETE} "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    [[ -n "$line" ]] || continue
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if (( $#values )); then compadd -l -d shown -- "\${values[@]}"; else _files; fi
}
compdef _passfob passfob`,
  fish: `# passfob completion for fish: passfob completion fish | source
function _passfob
  set -l found (passfob ${COMPLETE} (commandline -opc)[2..-1] (commandline -ct | string replace -ra '^["\\']|\\\\\\\\' '') 2>/dev/null)
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
