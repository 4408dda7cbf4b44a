import { app, sound } from './image.ts';

if (sound) {
  // Functions then run from flash; a copy in memory would not fit.
  eval(app);
} else {
  // The light stays on and the console opens, so that the owner can flash the image again.
  digitalWrite(LED1, 1);
  E.setConsole(USB, { force: true });
  print('Passfob: image damaged. Flash it again.');
}
