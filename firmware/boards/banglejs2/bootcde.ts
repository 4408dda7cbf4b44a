import { app, sound } from '../loader/image.ts';

if (sound) {
  // Functions then run from flash; a copy in memory would not fit.
  eval(app);
} else {
  // The display shows the damage and the console opens, so that the owner can flash the image again.
  g.clear(true).setFont('6x8', 2).drawString('Image damaged.\nFlash it again\nover Bluetooth.', 4, 60);
  g.flip();
  E.setConsole(Bluetooth, { force: true });
  print('Passfob: image damaged. Flash it again.');
}
