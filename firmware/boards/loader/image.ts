/** The application is one line `//PF1 `, the CRC-32 of the rest as 8 hex digits, and a newline; then its code. */
export const app = require('Storage').read('app') || '';
const code = app.slice(15);

/** A truncated or damaged file never runs. */
export const sound =
  code !== '' && app.slice(0, 14) === `//PF1 ${E.CRC32(code).toString(16).padStart(8, '0')}`;
