import { userLimits } from '../../base/limits/users.ts';
import { prepareLine } from '../../base/one-line.ts';
import { text } from '../../base/shapes.ts';
import { field } from './field.ts';

/** The name of a program that uses the service: an application, a RADIUS client, an API key. */
export const clientName = field(
  text(userLimits.clientNameMax, { minLength: 1 }),
  { label: 'Name' },
  'bad_name',
  given => prepareLine(given, userLimits.clientNameMax) || undefined,
);
