import type { Command } from './base/command.ts';

/** What `@passfob/service/cli` exports, said here: this package must not need that one to be compiled. */
export declare const commands: readonly Command[];
