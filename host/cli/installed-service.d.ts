import type { Command } from './base/command.ts';

/** The exports of `@passfob/service/cli`, declared here so that this package compiles without that one. */
export declare const commands: readonly Command[];
