import type { Link } from 'passfob/client/link';
import type { hostPrimitives } from 'passfob/client/primitives';
import type { Change } from '../../../tools/mutants/defect.ts';
import { compiledWithout } from './compiled-without.ts';

/** The part of the owner's program that sends frames. */
export interface OwnerLink {
  readonly Link: typeof Link;
  readonly hostPrimitives: typeof hostPrimitives;
}

const SOURCE = "export * from './host/client/link.ts'; export * from './host/client/primitives.ts';";

/** Loads the owner's program without some mends. */
export async function linkWithout(...changes: readonly Change[]): Promise<OwnerLink> {
  const code = await compiledWithout(SOURCE, changes, { format: 'esm', platform: 'node', target: 'node20' });
  return import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}
