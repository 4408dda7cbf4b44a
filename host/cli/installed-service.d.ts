import type { CommandExtension } from './extension.ts';

/** What `@passfob/service/cli` exports, said here: this package must not need that one to be compiled. */
export declare const commands: CommandExtension;
