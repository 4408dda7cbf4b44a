import type { FobChoice } from '../commands/find.ts';
import { FobError } from '../errors.ts';
import type { CommonOptions } from './base/common-options.ts';
import { type ReachOptions, reachOf, reachOptions } from './base/reach-options.ts';

/** What `passfob activate` is told. */
export interface ActivateInvocation {
  readonly command: 'activate';
  /** Where the activation string comes from: asked for, all of standard input, an image file. */
  readonly source: { readonly from: 'prompt' | 'stdin' } | { readonly from: 'qr'; readonly path: string };
  /** How the service is reached. */
  readonly reach: ReachOptions;
  /** Whether the agent is to keep a connection to the service from then on. */
  readonly isForAgent: boolean;
}

export function activateOptions(command: CommonOptions) {
  const described = command
    .positional('source', {
      type: 'string',
      describe: '"-": standard input, to its end, holds the activation string; without it, it is asked for',
    })
    .option('qr', { string: true, requiresArg: true, describe: 'image file that holds it as a QR code' })
    .option('agent', {
      boolean: true,
      default: true,
      describe: 'have the agent keep a connection to the service afterwards; --no-agent does not',
    });
  return reachOptions(described);
}

/** @throws FobError `usage` */
export function readActivate(
  given: {
    readonly source?: string | undefined;
    readonly qr?: string | undefined;
    readonly agent: boolean;
  } & Parameters<typeof reachOf>[0],
  choice: FobChoice,
): ActivateInvocation & { readonly choice: FobChoice } {
  const { source, qr, agent } = given;
  // yargs makes an empty text of a single dash.
  if (source !== undefined && !['', '-'].includes(source)) {
    throw new FobError('usage', {
      sentence:
        'activate takes no argument but -, which says that standard input holds the activation string.',
      next: 'Run: passfob activate, which asks for it.',
    });
  }
  if (source !== undefined && qr !== undefined) {
    throw new FobError('usage', { sentence: 'activate takes one of - and --qr.' });
  }
  const from =
    qr === undefined
      ? ({ from: source === undefined ? 'prompt' : 'stdin' } as const)
      : ({ from: 'qr', path: qr } as const);
  return { command: 'activate', source: from, reach: reachOf(given), isForAgent: agent, choice };
}
