import { ServiceError } from '../../base/errors.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { IdempotencyKey } from '../../storage/idempotency.ts';
import { applicationNow, type KnownApplication } from '../../subjects/applications/cache.ts';
import type { WebContext } from '../web/context.ts';

/** Returns the application of the service's own forms, as the database has it now; undefined while it is disabled. */
export function serviceApplicationNow({
  db,
  ownApplication,
}: WebContext): Promise<KnownApplication | undefined> {
  return applicationNow(db, ownApplication.id);
}

/** The fields of one of the service's own forms. Password, PIN and passcode are secrets. */
export interface TypedLogIn {
  readonly user: string;
  readonly passcode: string;
  readonly password: string;
  readonly pin: string;
  readonly source: string;
  readonly requestId: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Whether it only sets a new PIN. */
  readonly changesPin?: boolean | undefined;
}

/**
 * Decides a log-in of one of the service's own forms by the factors that the application asks for. Every such form
 * decides here, so none asks for fewer than another.
 *
 * @param application as it was when the form was sent
 * @returns undefined if the application was changed or disabled meanwhile: then nothing was checked
 * @throws ServiceError `busy`
 */
export async function decideTyped(
  { decide }: WebContext,
  { id, factors, standing }: KnownApplication,
  { password, pin, ...typed }: TypedLogIn,
): Promise<Outcome | undefined> {
  try {
    return await decide({
      ...typed,
      password: factors === 'password_otp' ? password : undefined,
      // A token may require a PIN even if the application asks for none.
      pin: factors === 'pin_otp' ? pin : pin || undefined,
      // Every form continues with the choice of a due PIN.
      choosesPin: true,
      applicationId: id,
      factors,
      lockState: standing,
    });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'application_changed') return undefined;
    throw error;
  }
}
