import { FobError, isRefusal } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Says who owns the fob of an error, and which command reaches that owner, if this computer knows it. The only place
 * for this: `run.ts` calls it for the error of every command. Other errors stay as they are.
 */
export async function withOwner<T>(error: T, environment: Environment): Promise<T | FobError> {
  const serial = foreignFob(error);
  if (serial === undefined || !(error instanceof FobError)) return error;
  const { ownerOf } = await import('./fob-owner.ts');
  const isDoubtful = error.kind === 'not-authentic';
  const owner = await ownerOf(serial, environment, isDoubtful);
  if (owner === undefined) return error;
  const { kind, message, refusal, details, lines } = error;
  if (lines.length > 0) return error;
  return new FobError(kind, {
    sentence: `${message} ${owner.sentence}`,
    next: owner.next,
    refusal,
    // No subject: an error that has been explained stays as it is.
    details: { ...details, owner: owner.document },
    cause: error,
  });
}

/** Returns the serial of the fob that has another owner, if an error says so. */
function foreignFob(error: unknown): string | undefined {
  if (!(error instanceof FobError)) return undefined;
  const isForeign =
    ['not-in-inventory', 'not-authentic', 'already-owned'].includes(error.kind) ||
    isRefusal(error, 'wrong-proof', 'already-owned');
  return isForeign ? error.subject : undefined;
}
