import { tokenLimits } from '../../../base/limits/tokens.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { object, text } from './shapes.ts';

/** What an address names things by that have an identifier of the service's. */
export const idParams = object({ id: text(tokenLimits.serialMax, { minLength: 1 }) });

export const userName = text(userLimits.userNameMax, { minLength: 1 });

/** The user that an address names. */
export const userParams = object({ user: userName });

export const serial = text(tokenLimits.serialMax, { minLength: 1 });

/** The token that an address names. */
export const serialParams = object({ serial });
