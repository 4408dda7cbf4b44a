import type { ReportFormat } from '../batch/report.ts';
import type { EnrolSource } from '../commands/enrol-source.ts';
import type { FobChoice } from '../commands/find.ts';
import type { Policy } from '../commands/fob-status.ts';
import type { NewNames } from '../commands/rename.ts';
import type { Question } from '../commands/respond.ts';

/** A command line that was understood. */
export type Invocation = { readonly choice: FobChoice } & (
  | { readonly command: 'devices'; readonly all: boolean }
  | { readonly command: 'pair' | 'info' | 'list' | 'verify' | 'maintain' }
  | { readonly command: 'enroll'; readonly source: EnrolSource; readonly out: string | undefined }
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
  | { readonly command: 'clock'; readonly set: boolean }
  | { readonly command: 'rename'; readonly account: string; readonly names: NewNames }
  | { readonly command: 'move'; readonly account: string; readonly position: number }
  | { readonly command: 'pin-policy'; readonly changes: Partial<Policy> }
  | { readonly command: 'pin-require' | 'pin-reset' | 'pin-escrow' }
  | { readonly command: 'remove'; readonly account: string; readonly yes: boolean }
  | { readonly command: 'erase'; readonly yes: boolean }
);
