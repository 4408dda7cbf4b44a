import type { Image } from '../flash/image.ts';
import type { FlashPlan } from '../flash/plan.ts';
import type { Survey } from '../flash/survey.ts';

/** The changes made, or to be made, to a board. Contains no secret. */
export interface FlashedFiles {
  readonly written: readonly { readonly name: string; readonly bytes: number }[];
  readonly erased: readonly string[];
  /** The user's own files that had to be removed. */
  readonly removed: readonly string[];
  /** All other files in its Storage: the user's own files, and the fob's PIN attempt counters. */
  readonly kept: readonly string[];
  readonly isCompacted: boolean;
  /** Whether all of Storage is erased first, which a damaged file of an earlier run can make necessary. */
  readonly isAllErased: boolean;
  readonly bytes: number;
}

export interface FlashFacts {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** The version of Espruino, if it was read. */
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
