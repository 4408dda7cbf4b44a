import type { ReportFormat } from '../batch/report.ts';
import type { EnrolSource } from '../commands/enrol-source.ts';
import type { FobChoice } from '../commands/find.ts';
import type { ImportSource } from '../commands/import-source.ts';
import type { NewNames } from '../commands/rename.ts';
import type { Question } from '../commands/respond.ts';
import type { FobQuery } from '../inventory/fobs.ts';
import type { Policy } from '../owner/status.ts';
import type { ActivateInvocation } from './activate-options.ts';
import type { AgentInvocation } from './agent/invocation.ts';
import type { Terminal } from './base/terminal.ts';
import type { FlashInvocation, UpdateInvocation } from './flash-options.ts';
import type { OutWish } from './out-options.ts';
import type { Shell } from './shells.ts';

/** What is done with the inventory alone, without any fob. */
export type InventoryInvocation =
  | { readonly command: 'inventory-list'; readonly query: FobQuery }
  | { readonly command: 'inventory-show'; readonly serial: string }
  | { readonly command: 'inventory-assign'; readonly serial: string; readonly holder: string | null }
  | {
      readonly command: 'inventory-backup' | 'inventory-restore' | 'handover-take';
      readonly file: string;
      readonly passwordFile: string | undefined;
    }
  | { readonly command: 'inventory-rekey' }
  | {
      readonly command: 'handover-give';
      readonly serials: readonly string[];
      readonly file: string;
      readonly passwordFile: string | undefined;
    }
  | { readonly command: 'handover-forget'; readonly serials: readonly string[]; readonly yes: boolean };

/** A command of another package, with what was typed for it. @throws FobError */
export type RunCommand = (isJson: boolean, terminal: Terminal, signal: AbortSignal) => Promise<void>;

/** A command line that was understood. */
export type Invocation = { readonly choice: FobChoice } & (
  | { readonly command: 'devices'; readonly all: boolean }
  | { readonly command: 'doctor'; readonly justRules: boolean }
  | { readonly command: 'pair' | 'info' | 'list' | 'verify' | 'maintain' }
  | { readonly command: 'enroll'; readonly source: EnrolSource; readonly out: OutWish | undefined }
  | { readonly command: 'import'; readonly source: ImportSource; readonly isDryRun: boolean }
  | {
      readonly command: 'batch';
      readonly plan: string;
      readonly ports: readonly string[] | undefined;
      readonly isAll: boolean;
      readonly waits: boolean | undefined;
      readonly codesFrom: string | undefined;
      readonly name: string | undefined;
      readonly release: string | undefined;
      readonly report: { readonly path: string; readonly format: ReportFormat } | undefined;
      readonly entra: string | undefined;
      readonly isDry: boolean;
    }
  | { readonly command: 'code'; readonly account: string | undefined }
  | { readonly command: 'respond'; readonly asked: Question }
  | { readonly command: 'clock' | 'clocks'; readonly set: boolean }
  | { readonly command: 'rename'; readonly account: string; readonly names: NewNames }
  | { readonly command: 'move'; readonly account: string; readonly position: number }
  | { readonly command: 'pin-policy'; readonly changes: Partial<Policy> }
  | { readonly command: 'pin-require' | 'pin-reset' | 'pin-escrow' }
  | { readonly command: 'remove'; readonly account: string; readonly yes: boolean }
  | { readonly command: 'erase'; readonly yes: boolean }
  | { readonly command: 'completion'; readonly shell: Shell }
  | InventoryInvocation
  | FlashInvocation
  | UpdateInvocation
  | ActivateInvocation
  | AgentInvocation
  | { readonly command: 'added'; readonly run: RunCommand }
);

/** One that works with the inventory, and most with a fob. */
export type FobInvocation = Exclude<
  Invocation,
  { readonly command: 'doctor' | 'activate' | 'added' | AgentInvocation['command'] }
>;
