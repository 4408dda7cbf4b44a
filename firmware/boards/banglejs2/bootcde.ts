// The application is one line `//PF1 `, the CRC-32 of what follows as 8 hex digits, and a newline; then its code.
// A truncated or damaged file never runs: the display says so and the console comes back for the owner to flash.
const app = require('Storage').read('app') || '';
const code = app.substr(15);
if (code !== '' && app.substr(0, 14) === `//PF1 ${E.CRC32(code).toString(16).padStart(8, '0')}`) {
  // Functions then run from flash; a copy in memory would not fit.
  eval(app);
} else {
  g.clear(true).setFont('6x8', 2).drawString('Image damaged.\nFlash it again\nover Bluetooth.', 4, 60);
  g.flip();
  E.setConsole(Bluetooth, { force: true });
  print('Passfob: image damaged. Flash it again.');
}
