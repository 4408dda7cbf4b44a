import type { CommonOptions, ReadChoice } from './base/common-options.ts';
import type { Invocation } from './invocation.ts';

/** What another package adds to the command line: its `cli` exports one as `commands`. */
export interface CommandExtension {
  /** Adds its commands; each gives `take` an invocation of the kind `added`. */
  addTo(options: CommonOptions, take: (invocation: Invocation) => void, choiceOf: ReadChoice): CommonOptions;
}
