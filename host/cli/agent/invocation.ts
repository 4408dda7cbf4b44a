import type { FobChoice } from '../../commands/find.ts';
import type { ReachOptions } from '../base/reach-options.ts';

/** What `passfob agent` is told. */
export type AgentInvocation =
  | { readonly command: 'agent'; readonly choice: FobChoice; readonly notifies: boolean }
  | ({
      readonly command: 'agent-add';
      readonly url: string;
      readonly fingerprint: string | undefined;
    } & ReachOptions)
  | { readonly command: 'agent-remove'; readonly url: string }
  | { readonly command: 'agent-status' }
  | ({
      readonly command: 'agent-check';
      readonly url: string | undefined;
    } & ReachOptions);
