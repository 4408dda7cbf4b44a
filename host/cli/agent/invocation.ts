import type { FobChoice } from '../../commands/find.ts';

/** How a service is reached, as it was typed. */
export interface ReachOptions {
  readonly ca: string | undefined;
  readonly proxy: string | undefined;
  readonly proxyLogin: string | undefined;
}

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
