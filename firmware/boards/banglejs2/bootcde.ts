import { app, sound } from '../loader/image.ts';

if (sound) {
  // Functions then run from flash; a copy in memory would not fit.
  eval(app);
} else {
  // The display says so and the console comes back for the owner to flash.
  g.clear(true).setFont('6x8', 2).drawString('Image damaged.\nFlash it again\nover Bluetooth.', 4, 60);
  g.flip();
  E.setConsole(Bluetooth, { force: true });
  print('Passfob: image damaged. Flash it again.');
}
