import { tokenLimits } from '../../../base/limits/tokens.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { object, text } from '../../../base/shapes.ts';

export const id = text(tokenLimits.serialMax, { minLength: 1 });

/** Addresses of items with an identifier of the service. */
export const idParams = object({ id });

export const userName = text(userLimits.userNameMax, { minLength: 1 });

/** Addresses of users. */
export const userParams = object({ user: userName });

export const policyName = text(tokenLimits.policyNameMax, { minLength: 1 });

export const serial = text(tokenLimits.serialMax, { minLength: 1 });

/** Addresses of tokens. */
export const serialParams = object({ serial });
