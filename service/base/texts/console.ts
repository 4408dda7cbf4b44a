import { consoleFobs } from './console/fobs.ts';
import { consoleFrame, consoleOverview } from './console/frame.ts';
import { consoleGiving } from './console/giving.ts';
import { consoleMail } from './console/mail.ts';
import { consoleRecords } from './console/records.ts';
import { consoleService } from './console/service.ts';
import { consoleTokens } from './console/tokens.ts';
import { consoleUsers } from './console/users.ts';
import { consoleEnrolment } from './enrolment.ts';

/** Every text of the administrator's console. */
export const consoleTexts = {
  ...consoleFrame,
  ...consoleOverview,
  ...consoleUsers,
  ...consoleTokens,
  ...consoleEnrolment,
  ...consoleService,
  ...consoleRecords,
  ...consoleFobs,
  ...consoleGiving,
  ...consoleMail,
} as const;

/** Why a form of the console was refused. */
export const consoleRefusals = {
  bad_seed: [400, 'The seed does not fit its format. Check each character and “Format of the seed”.'],
  import_file_missing: [400, 'No file was chosen. Choose one.'],
  bad_import_file: [422, 'The file cannot be read.'],
} as const;
