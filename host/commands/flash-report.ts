import type { Image } from '../flash/image.ts';
import type { FlashPlan } from '../flash/plan.ts';
import type { Survey } from '../flash/survey.ts';

/** What is, or would be, done to a board. Nothing in it is secret. */
export interface FlashedFiles {
  readonly written: readonly { readonly name: string; readonly bytes: number }[];
  readonly erased: readonly string[];
  /** Files of the user's own that were in the way. */
  readonly removed: readonly string[];
  /** Everything else in its Storage: the user's own files, and the fob's counts of PIN attempts. */
  readonly kept: readonly string[];
  readonly isCompacted: boolean;
  /** Whether all of Storage is erased first, which a torn file of an earlier run can make necessary. */
  readonly isAllErased: boolean;
  readonly bytes: number;
}

export interface FlashFacts {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** The version of Espruino, where it was looked at. */
  readonly interpreter: string | undefined;
}

export function flashedFiles(plan: FlashPlan): FlashedFiles {
  return {
    written: plan.write.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
    erased: plan.erase,
    removed: plan.remove,
    kept: plan.keep,
    isCompacted: plan.isCompacting,
    isAllErased: plan.isErasingAll,
    bytes: plan.bytes,
  };
}

export function flashFacts(found: Survey, { board, firmware }: Image): FlashFacts {
  return { serial: found.serial, board, firmware, interpreter: found.interpreter };
}
