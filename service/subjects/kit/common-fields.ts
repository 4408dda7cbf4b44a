import type { Role } from '../../base/kinds.ts';
import { userLimits } from '../../base/limits/users.ts';
import { prepareLine } from '../../base/one-line.ts';
import { described, oneOf, serviceText, text } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { choice, field } from './field.ts';

/** The name of a program that uses the service: an application, a RADIUS client, an API key. */
export const clientName = field(
  text(userLimits.clientNameMax, { minLength: 1 }),
  { label: 'Name' },
  'bad_name',
  given => prepareLine(given, userLimits.clientNameMax) || undefined,
);

/** A key that only the answer of the act that made it contains. */
export const shownKey = described(serviceText, 'Shown once; only its hash is kept.');

/** Roles in words. */
export const roleOptions: readonly (readonly [Role, string])[] = [
  ['admin', consoleTexts.roles.admin],
  ['helpdesk', consoleTexts.roles.helpdesk],
  ['auditor', consoleTexts.roles.auditor],
];
export const role = choice(
  oneOf('admin', 'helpdesk', 'auditor'),
  { label: 'Role', options: roleOptions },
  'bad_role',
);
